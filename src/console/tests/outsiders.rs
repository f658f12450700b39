//! What somebody from outside meets of the organization's people: nothing, in any page of the project.

use app::{
    model::{
        AppError, Page, ProjectRole, Standing,
        collaborator::{AfterRemoval, CollaboratorFilter, NewCollaborator},
        limit::ModelScope,
        limits_table::Rate,
        receipt::Lane,
        request::{Part, RequestFilter},
        usage::{Range, Scope},
    },
    port::{Audit, Budgets, Collaborators, Keys, Limits, ProjectSettings, Requests, Shell, Usage},
};

use super::{
    collaborators::{allow_externals, fields, id, sql},
    limit, new_key,
};
use crate::{
    access::roster::SOMEBODY,
    console::Console,
    store::testing::on_both_engines,
    testing::{Who, World},
};

fn looking_for(query: &str) -> Page {
    Page {
        number: 0,
        query: query.to_owned(),
    }
}

/// `prod` with an admin from outside, and with traces of everybody else: keys, changes, look-ups, an owner and a key owner.
async fn host(world: &World) -> Console {
    let owner = world.console(Who::Owner).await;
    let prod = || world.prod.clone();
    allow_externals(world).await;
    owner
        .set_role(prod(), id(world, Who::External).await, ProjectRole::Admin, ProjectRole::Member)
        .await
        .expect("an admin from outside");
    for (who, token) in [(Who::Owner, "a"), (Who::OrgAdmin, "b"), (Who::External, "c")] {
        Keys::create(&world.console(who).await, prod(), new_key(token)).await.expect("made");
    }
    owner
        .set(prod(), limit(ModelScope::All, &[(Rate::RequestsMinute, 10)]))
        .await
        .expect("limited");
    for who in [Who::OtherMember, Who::OrgAdmin] {
        let new = NewCollaborator {
            email: who.email(),
            role: ProjectRole::Member,
            announced: None,
        };
        // The second one is refused, and looked up all the same.
        let _ = owner.add(prod(), new).await;
    }
    owner
        .remove(prod(), id(world, Who::OtherMember).await, Vec::new())
        .await
        .expect("removed");
    sql(
        world,
        "UPDATE projects SET key_owner_id = (SELECT id FROM accounts WHERE name = 'ProjectAdmin'),
                owner_id = (SELECT id FROM accounts WHERE name = 'Ada Osei'), escalation_contact = 'Ada Osei' WHERE slug = 'prod'",
    )
    .await;
    owner
        .set_role(prod(), id(world, Who::ProjectAdmin).await, ProjectRole::Member, ProjectRole::Admin)
        .await
        .expect("no key owner any more");
    world.console(Who::External).await
}

/// All that this person reads of `prod`, but for its Collaborators.
async fn everything(by: &Console, world: &World) -> String {
    let (prod, project) = (|| world.prod.clone(), || Scope::Project(world.prod.clone()));
    format!(
        "{:#?}",
        (
            Keys::list(by, prod(), Page::default()).await.expect("keys"),
            Audit::list(by, project(), Page::default()).await.expect("audit"),
            by.history(prod(), Page::default()).await.expect("history"),
            by.table(prod(), Lane::Standard).await.expect("limits"),
            by.spending(prod(), Page::default()).await.expect("budgets"),
            by.report(project(), Range::Days7).await.expect("usage"),
            Requests::list(by, project(), RequestFilter::default(), Part::Newest)
                .await
                .expect("requests"),
            (
                by.place("acme", Some("prod")).await.expect("place"),
                by.switcher("", &[]).await.expect("switcher"),
                by.details(prod()).await.expect("settings")
            ),
        )
    )
}

on_both_engines! {
    async fn nothing_that_an_outsider_reads_names_the_people_of_the_organization(db: TestDb) {
        let world = World::new(db).await;
        let outsider = host(&world).await;
        let everything = everything(&outsider, &world).await;
        assert!(everything.contains("collaborator.looked_up") && everything.contains("project.updated"), "{everything}");
        for who in [Who::Owner, Who::OrgAdmin, Who::ProjectAdmin, Who::ProjectMember, Who::OtherMember] {
            let person = world.person(who).await.expect("a person");
            for word in [person.name.as_str(), person.email.as_str(), person.id.as_str()] {
                assert!(!everything.contains(word), "{word} of {who:?} stands in {everything}");
            }
        }
        let known = self::everything(&world.console(Who::Owner).await, &world).await;
        for who in [Who::Owner, Who::OrgAdmin, Who::ProjectAdmin, Who::OtherMember] {
            assert!(known.contains(who.email().as_str()), "there was something to conceal of {who:?}");
        }
    }

    async fn what_an_outsider_is_not_shown_stays_as_it_was_when_they_save(db: TestDb) {
        let world = World::new(db).await;
        let outsider = host(&world).await;
        let mut shown = outsider.details(world.prod.clone()).await.expect("settings").details;
        let seen = shown.version();
        assert_eq!((&shown.owner, &shown.key_owner, shown.escalation.as_str()), (&None, &None, ""));
        shown.description = "Said by somebody from outside".to_owned();
        outsider.update(world.prod.clone(), shown, &seen).await.expect("saved");
        let owner = world.console(Who::Owner).await;
        let kept = owner.details(world.prod.clone()).await.expect("settings").details;
        assert_eq!(kept.description, "Said by somebody from outside");
        assert_eq!((kept.owner, kept.escalation.as_str()), (Some(id(&world, Who::Owner).await), "Ada Osei"));
    }

    async fn an_outsiders_own_records_tell_nothing_of_who_was_there_before(db: TestDb) {
        let world = World::new(db).await;
        let outsider = host(&world).await;
        sql(&world, "UPDATE projects SET key_owner_id = (SELECT id FROM accounts WHERE name = 'OrgAdmin') WHERE slug = 'prod'").await;
        let mut shown = outsider.details(world.prod.clone()).await.expect("settings").details;
        let seen = shown.version();
        let own = id(&world, Who::External).await;
        shown.owner = Some(own.clone());
        shown.key_owner = Some(own);
        shown.escalation = "#night-shift".to_owned();
        outsider.update(world.prod.clone(), shown, &seen).await.expect("saved");
        let log = Audit::list(&outsider, Scope::Project(world.prod.clone()), Page::default()).await.expect("log");
        assert_eq!(
            fields(&log.rows[0]),
            [
                "owner: Somebody else → external@acme.example",
                "key_owner: Somebody else → external@acme.example",
                "escalation_contact: Somebody else → #night-shift",
            ]
        );
    }

    async fn an_outsider_knows_their_own_keys_and_finds_no_others_by_their_maker(db: TestDb) {
        let world = World::new(db).await;
        let outsider = host(&world).await;
        let makers = async |by: &Console, query: &str| {
            let keys = Keys::list(by, world.prod.clone(), looking_for(query)).await.expect("keys");
            assert_eq!((keys.total, keys.unfiltered), (keys.rows.len() as u64, 3), "{query}");
            let mut makers: Vec<_> = keys.rows.into_iter().map(|key| key.created_by).collect();
            makers.sort();
            makers
        };
        assert_eq!(makers(&outsider, "").await, ["External", SOMEBODY, SOMEBODY]);
        assert_eq!(makers(&outsider, "ada").await, [""; 0]);
        assert_eq!(makers(&outsider, "external").await, ["External"]);
        let member = world.console(Who::ProjectMember).await;
        assert_eq!(makers(&member, "").await, ["Ada Osei", "External", "OrgAdmin"]);
        assert_eq!(makers(&member, "ada").await, ["Ada Osei"]);
    }

    async fn the_audit_log_tells_an_outsider_what_happened_and_not_who_did_it(db: TestDb) {
        let world = World::new(db).await;
        let outsider = host(&world).await;
        let project = || Scope::Project(world.prod.clone());
        let log = Audit::list(&outsider, project(), Page::default()).await.expect("log");
        let full = Audit::list(&world.console(Who::Owner).await, project(), Page::default()).await.expect("log");
        assert_eq!(log.total, full.total, "no record is missing");
        for (entry, truth) in log.rows.iter().zip(&full.rows) {
            assert_eq!((&entry.id, &entry.action), (&truth.id, &truth.action));
            let own = truth.actor == "External";
            assert_eq!(entry.address.is_some(), own, "{entry:?}");
            assert_eq!(entry.hash == truth.hash, own, "{entry:?}");
            assert_eq!(entry.actor, if own { "External" } else { SOMEBODY }, "{entry:?}");
        }
        let find = async |query: &str| Audit::list(&outsider, project(), looking_for(query)).await.expect("log").total;
        assert_eq!((find("Ada Osei").await, find("orgadmin@acme").await, find("api_key.created").await), (0, 0, 3));
        let own = log.rows.iter().find(|entry| entry.target == Who::External.email().as_str()).expect("what became of oneself");
        assert_eq!((own.action.as_str(), own.actor.as_str()), ("collaborator.role_changed", SOMEBODY));
        let history = outsider.history(world.prod.clone(), Page::default()).await.expect("history");
        assert_eq!((history.total, history.rows[0].actor.as_str(), &history.rows[0].address), (1, SOMEBODY, &None));
    }

    async fn an_admin_from_outside_manages_those_who_were_added_and_meets_nobody_else(db: TestDb) {
        let world = World::new(db).await;
        let outsider = host(&world).await;
        let prod = || world.prod.clone();
        let list = Collaborators::list(&outsider, prod(), CollaboratorFilter::default(), Page::default()).await.expect("listed");
        let names: Vec<_> = list.listing.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!((names, list.inherited), (vec!["External", "ProjectAdmin", "ProjectMember"], 0));
        assert!(list.listing.rows.iter().all(|row| row.added_by.is_none()));
        for hidden in [id(&world, Who::Owner).await, id(&world, Who::OrgAdmin).await, world.store.ambient.id()] {
            assert_eq!(outsider.preview_removal(prod(), hidden.clone()).await.map(drop), Err(AppError::NotFound));
            assert_eq!(outsider.remove(prod(), hidden.clone(), Vec::new()).await, Err(AppError::NotFound));
            let changed = outsider.set_role(prod(), hidden, ProjectRole::Member, ProjectRole::Admin).await;
            assert_eq!(changed, Err(AppError::NotFound));
        }
        let member = id(&world, Who::ProjectMember).await;
        assert_eq!(outsider.preview_removal(prod(), member).await.expect("dry run").after, AfterRemoval::Concealed);

        // An owner or admin of the organization answers like an address that nobody has.
        let new = |email: &str| NewCollaborator { email: email.parse().expect("an address"), role: ProjectRole::Member, announced: None };
        let mut answers = Vec::new();
        for email in ["owner@acme.example", "orgadmin@acme.example", "nobody@acme.example"] {
            let error = outsider.add(prod(), new(email)).await.expect_err("refused");
            answers.push(error.on_field("email").expect("at the field").replace(email, "…"));
        }
        assert!(answers.iter().all(|answer| *answer == answers[2]), "{answers:?}");
        outsider.add(prod(), new("othermember@acme.example")).await.expect("a member is added by address");
        let theirs = Standing { org: None, project: Some(ProjectRole::Admin) };
        assert_eq!(outsider.place("acme", Some("prod")).await.expect("place").standing, theirs);
    }
}
