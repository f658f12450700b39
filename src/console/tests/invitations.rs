//! Invitations: sending, answering, and who gets in with a link.

use app::{
    model::{
        AppError, InvitationId, OrgRole, Page, ProjectRole,
        invitation::{Guest, Invited, LIFETIME, NewInvitations, Newcomer},
        organization::DefaultAccess,
        place::Home,
        time::HOUR,
    },
    port::{Identity, Invitations, Members, Organization, Shell},
};

use super::members::{actions, assigned_only, fields};
use crate::{
    access::Person,
    console::Console,
    links::Link,
    store::{
        db::{execute, fetch_all, fetch_one},
        testing::on_both_engines,
    },
    testing::{Who, World},
};

pub(super) const NEWCOMER: &str = "noor.haddad@acme.example";

pub(super) fn new(emails: &[&str], role: OrgRole) -> NewInvitations {
    NewInvitations {
        emails: emails.iter().map(|email| email.parse().expect("an address")).collect(),
        role,
        projects: Vec::new(),
        project_role: ProjectRole::Member,
    }
}

fn noor() -> Newcomer {
    Newcomer {
        name: "Noor Haddad".parse().expect("a name"),
        password: "quiet river under glass".to_owned(),
    }
}

pub(super) async fn invite(world: &World, by: Who, new: NewInvitations) -> Result<usize, AppError> {
    world.console(by).await.invite(world.org.clone(), new).await
}

/// The token of the newest mail to an address, as the mail program makes it. The next mail is newer.
pub(super) async fn token(world: &World, email: &str) -> String {
    let mut reader = world.store.db.read().await.expect("read");
    let sql = "SELECT link FROM mails WHERE recipient = $1 AND state = 'waiting' ORDER BY id DESC LIMIT 1";
    let (link,) = fetch_one!(&mut reader, (String,), sql, email).expect("a mail");
    let link: Link = link.parse().expect("a link");
    world.clock.advance(1);
    world.parts.links.token(&link)
}

/// The first page of a list that is filtered by a text.
pub(super) fn searching(text: &str) -> Page {
    Page {
        query: text.to_owned(),
        ..Page::default()
    }
}

pub(super) async fn id(world: &World, email: &str) -> InvitationId {
    let owner = world.console(Who::Owner).await;
    let pending = owner.pending(world.org.clone(), searching(email)).await.expect("listed");
    pending.rows.first().expect("one").id.clone()
}

pub(super) async fn sql(world: &World, statement: &'static str) {
    let mut tx = world.store.db.write().await.expect("begin");
    execute!(&mut tx, statement).expect("done");
    tx.commit().await.expect("commit");
}

async fn person(world: &World, email: &str) -> Option<Person> {
    let known = world.store.credentials(&email.parse().expect("an address")).await.expect("read");
    known.map(|known| known.person)
}

/// The role of a person in the organization.
async fn role(world: &World, email: &str) -> Option<String> {
    let person = person(world, email).await?;
    let mut reader = world.store.db.read().await.expect("read");
    let sql = "SELECT role FROM org_members WHERE org_id = $1 AND account_id = $2";
    let rows = fetch_all!(&mut reader, (String,), sql, world.org.as_str(), person.id.as_str()).expect("read");
    rows.into_iter().next().map(|(role,)| role)
}

async fn accept(console: &Console, token: &str, newcomer: Option<Newcomer>) -> Result<Option<Home>, AppError> {
    console.accept(token, newcomer).await
}

pub(super) fn is_conflict<T>(answer: &Result<T, AppError>) -> bool {
    matches!(answer, Err(AppError::Conflict { .. }))
}

fn is_forbidden<T>(answer: &Result<T, AppError>) -> bool {
    matches!(answer, Err(AppError::Forbidden { .. }))
}

on_both_engines! {
    async fn a_link_takes_so_many_passwords_and_no_more(db: TestDb) {
        let world = World::new(db).await;
        invite(&world, Who::OrgAdmin, new(&[NEWCOMER], OrgRole::Member)).await.expect("invited");
        let (anonymous, link) = (world.console(Who::Anonymous).await, token(&world, NEWCOMER).await);
        for _ in 0..10 {
            let weak = Newcomer { password: "Passw0rd1234".to_owned(), ..noor() };
            assert!(accept(&anonymous, &link, Some(weak)).await.expect_err("weak").on_field("password").is_some());
        }
        let throttled = accept(&anonymous, &link, Some(noor())).await;
        assert!(matches!(throttled, Err(AppError::Throttled { .. })), "{throttled:?}");
        world.clock.advance(HOUR);
        accept(&anonymous, &link, Some(noor())).await.expect("joined");
    }

    async fn a_newcomer_joins_with_a_new_account(db: TestDb) {
        let world = World::new(db).await;
        let mut invitation = new(&[NEWCOMER, "jonas.lindqvist@acme.example"], OrgRole::Member);
        invitation.projects = vec![world.prod.clone()];
        invitation.project_role = ProjectRole::Admin;
        assert_eq!(invite(&world, Who::OrgAdmin, invitation).await, Ok(2));
        assert_eq!(actions(&world, 2).await, ["invitation.sent", "invitation.sent"]);
        let expected = ["role: – → member".to_owned(), "projects: – → prod".to_owned(), "project role: – → admin".to_owned(), "expires: – → 2026-11-27T14:02:11.000Z".to_owned()];
        assert_eq!(fields(&world, "invitation.sent").await, expected);

        let anonymous = world.console(Who::Anonymous).await;
        let link = token(&world, NEWCOMER).await;
        let Invited::Open(seen) = anonymous.invited(&link).await.expect("open") else { panic!("open") };
        assert_eq!((seen.org.as_str(), seen.role, seen.guest), ("Acme Robotics", OrgRole::Member, Guest::New));
        assert_eq!((seen.projects, seen.invited_by), (vec!["prod".to_owned()], "OrgAdmin".to_owned()));
        let weak = Newcomer { password: "Passw0rd1234".to_owned(), ..noor() };
        let refused = accept(&anonymous, &link, Some(weak)).await.expect_err("weak");
        assert!(refused.on_field("password").is_some());
        assert!(accept(&anonymous, &link, None).await.expect_err("nobody").on_field("name").is_some());
        let home = accept(&anonymous, &link, Some(noor())).await.expect("joined").expect("a place");
        assert_eq!((home.org.as_str(), home.project.as_str()), ("acme", "default"));
        assert_eq!(role(&world, NEWCOMER).await.as_deref(), Some("member"));
        assert_eq!(actions(&world, 3).await, ["session.started", "collaborator.added", "member.joined"]);
        assert_eq!(fields(&world, "collaborator.added").await, ["role: – → admin", "external: – → false"]);
        assert_eq!(fields(&world, "member.joined").await, ["role: – → member", "projects: – → prod", "invited by: – → OrgAdmin"]);
        anonymous.sign_in(NEWCOMER, "quiet river under glass").await.expect("the account works");
        let log = world.store.audit_records("installation", 0, 100).await.expect("records");
        assert!(log.iter().any(|stored| stored.record.action == "account.created"));

        for newcomer in [Some(noor()), None] {
            assert_eq!(accept(&anonymous, &link, newcomer).await, Err(AppError::NotFound), "a link works once");
        }
        assert_eq!(anonymous.invited(&link).await, Err(AppError::NotFound));
        assert_eq!(anonymous.decline(&link).await, Err(AppError::NotFound));
        let mut reader = world.store.db.read().await.expect("read");
        let sql = "SELECT c.role FROM project_members c JOIN accounts a ON a.id = c.account_id WHERE a.email = $1";
        let (in_prod,) = fetch_one!(&mut reader, (String,), sql, NEWCOMER).expect("assigned");
        assert_eq!(in_prod, "admin");
    }

    async fn an_account_accepts_for_itself_alone(db: TestDb) {
        let world = World::new(db).await;
        let stranger = Who::Stranger.email();
        invite(&world, Who::Owner, new(&[stranger.as_str()], OrgRole::Admin)).await.expect("sent");
        let link = token(&world, stranger.as_str()).await;
        let anonymous = world.console(Who::Anonymous).await;
        let Invited::Open(seen) = anonymous.invited(&link).await.expect("open") else { panic!("open") };
        assert_eq!(seen.guest, Guest::SignedOut);
        assert!(is_conflict(&accept(&anonymous, &link, Some(noor())).await), "there is an account: it signs in");
        let other = world.console(Who::External).await;
        let masked = Invited::SomebodyElse { email: "s…@acme.example".to_owned() };
        assert_eq!(other.invited(&link).await, Ok(masked));
        assert!(is_conflict(&accept(&other, &link, Some(noor())).await));
        assert_eq!(role(&world, Who::External.email().as_str()).await, None);

        let invited = world.console(Who::Stranger).await;
        let Invited::Open(seen) = invited.invited(&link).await.expect("open") else { panic!("open") };
        assert_eq!(seen.guest, Guest::SignedIn);
        accept(&invited, &link, None).await.expect("joined");
        assert_eq!(role(&world, stranger.as_str()).await.as_deref(), Some("admin"));
        assert!(invited.place("acme", None).await.is_ok());
        assert_eq!(accept(&invited, &link, None).await, Err(AppError::NotFound), "once");
    }

    async fn look_alikes_and_other_cases_are_told_apart(db: TestDb) {
        let world = World::new(db).await;
        invite(&world, Who::Owner, new(&["Stranger+X@Acme.Example"], OrgRole::Member)).await.expect("sent");
        let link = token(&world, "stranger+x@acme.example").await;
        let stranger = world.console(Who::Stranger).await;
        assert!(is_conflict(&accept(&stranger, &link, None).await), "a plus-address is another one");
        invite(&world, Who::Owner, new(&["STRANGER@acme.example"], OrgRole::Member)).await.expect("sent");
        let link = token(&world, "stranger@acme.example").await;
        accept(&stranger, &link, None).await.expect("the same address in capitals");
        assert!("strаnger@acme.example".parse::<app::model::Email>().is_err(), "a Cyrillic letter");
    }

    async fn old_wrong_and_replaced_links_open_nothing(db: TestDb) {
        let world = World::new(db).await;
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.expect("sent");
        let anonymous = world.console(Who::Anonymous).await;
        let (owner, first) = (world.console(Who::Owner).await, token(&world, NEWCOMER).await);
        let invitation = id(&world, NEWCOMER).await;
        owner.resend(world.org.clone(), invitation.clone()).await.expect("resent");
        assert_eq!(actions(&world, 1).await, ["invitation.resent"]);
        let second = token(&world, NEWCOMER).await;
        let unknown = second.replacen("inv_", "inv_0", 1);
        for wrong in [first.as_str(), "", "inv_", unknown.as_str(), &format!("{invitation}."), &second[..second.len() - 1], "\0"] {
            assert_eq!(anonymous.invited(wrong).await, Err(AppError::NotFound), "{wrong}");
            assert_eq!(accept(&anonymous, wrong, Some(noor())).await, Err(AppError::NotFound), "{wrong}");
        }
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Admin)).await.expect("sent anew");
        assert_eq!(anonymous.invited(&second).await, Err(AppError::NotFound), "replaced");
        assert_eq!(owner.pending(world.org.clone(), Page::default()).await.expect("listed").total, 1);
        let third = token(&world, NEWCOMER).await;
        world.clock.advance(LIFETIME - 2);
        assert!(anonymous.invited(&third).await.is_ok());
        world.clock.advance(1);
        assert_eq!(accept(&anonymous, &third, Some(noor())).await, Err(AppError::NotFound), "seven days");
        assert!(person(&world, NEWCOMER).await.is_none(), "nothing is half done");
        let expired = owner.pending(world.org.clone(), Page::default()).await.expect("listed");
        assert!(expired.rows[0].is_expired(expired.now));
        let expired = id(&world, NEWCOMER).await;
        owner.resend(world.org.clone(), expired.clone()).await.expect("revived");
        let fourth = token(&world, NEWCOMER).await;
        owner.revoke_invitation(world.org.clone(), expired.clone()).await.expect("revoked");
        assert_eq!(accept(&anonymous, &fourth, Some(noor())).await, Err(AppError::NotFound), "revoked");
        assert_eq!(owner.resend(world.org.clone(), expired.clone()).await, Err(AppError::NotFound));
        assert_eq!(owner.revoke_invitation(world.org.clone(), expired).await, Err(AppError::NotFound));
    }

    async fn the_record_of_an_invitation_names_its_projects(db: TestDb) {
        let world = World::new(db).await;
        let mut invitation = new(&[NEWCOMER], OrgRole::Member);
        invitation.projects = vec![world.prod.clone(), world.default_project.clone(), world.prod.clone()];
        invite(&world, Who::Owner, invitation).await.expect("sent");
        let recorded = fields(&world, "invitation.sent").await;
        assert_eq!(recorded[1], "projects: – → Default project, prod", "each once");
        let mut foreign = new(&[NEWCOMER], OrgRole::Member);
        foreign.projects = vec![world.prod.clone(), world.other_project.clone()];
        let refused = invite(&world, Who::Owner, foreign).await.expect_err("another organization's");
        assert!(refused.on_field("projects").is_some());
    }

    async fn pending_invitations_are_paged_with_the_newest_first(db: TestDb) {
        let world = World::new(db).await;
        let many: Vec<String> = (0..60).map(|number| format!("a{number:02}@acme.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let mut new_ones = new(&many, OrgRole::Member);
        new_ones.projects = vec![world.prod.clone()];
        invite(&world, Who::Owner, new_ones).await.expect("sent");
        world.clock.advance(1);
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.expect("sent");
        let owner = world.console(Who::Owner).await;
        let first = owner.pending(world.org.clone(), Page::default()).await.expect("listed");
        assert_eq!((first.rows.len(), first.total, first.unfiltered), (50, 61, 61));
        assert_eq!((first.rows[0].email.as_str(), first.rows[1].email.as_str()), (NEWCOMER, "a00@acme.example"));
        let second = Page { number: 1, ..Page::default() };
        let second = owner.pending(world.org.clone(), second).await.expect("listed");
        assert_eq!((second.rows.len(), second.page, second.rows[10].email.as_str()), (11, 1, "a59@acme.example"));
        assert!(second.rows.iter().all(|row| row.projects == ["prod"]), "with the projects of this page");
        let found = owner.pending(world.org.clone(), searching("A5")).await.expect("listed");
        assert_eq!((found.total, found.unfiltered), (10, 61));
    }

    async fn two_tabs_join_once(db: TestDb) {
        let world = World::new(db).await;
        for round in 0..4 {
            let email = format!("tab{round}@acme.example");
            invite(&world, Who::Owner, new(&[&email], OrgRole::Member)).await.expect("sent");
            let link = token(&world, &email).await;
            let (first, second) = (world.console(Who::Anonymous).await, world.console(Who::Anonymous).await);
            let (first, second, declined) = tokio::join!(accept(&first, &link, Some(noor())), accept(&second, &link, Some(noor())), second.decline(&link));
            let accepted = [first, second].into_iter().flatten().count();
            assert_eq!(accepted + usize::from(declined.is_ok()), 1, "one answer counts");
            assert_eq!(role(&world, &email).await.is_some(), accepted == 1);
        }
    }

    async fn what_a_decline_ends_stays_ended(db: TestDb) {
        let world = World::new(db).await;
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.expect("sent");
        let anonymous = world.console(Who::Anonymous).await;
        let link = token(&world, NEWCOMER).await;
        anonymous.decline(&link).await.expect("declined");
        assert_eq!(actions(&world, 1).await, ["invitation.declined"]);
        assert_eq!(accept(&anonymous, &link, Some(noor())).await, Err(AppError::NotFound));
        assert_eq!(world.console(Who::Owner).await.pending(world.org.clone(), Page::default()).await.expect("listed").total, 0);
    }

    async fn an_invitation_ends_with_the_right_of_its_sender(db: TestDb) {
        let world = World::new(db).await;
        invite(&world, Who::OrgAdmin, new(&[NEWCOMER], OrgRole::Admin)).await.expect("sent");
        let (owner, anonymous) = (world.console(Who::Owner).await, world.console(Who::Anonymous).await);
        let sender = world.person(Who::OrgAdmin).await.expect("a person").id;
        let preview = owner.preview_removal(world.org.clone(), sender.clone()).await.expect("dry run");
        assert_eq!(preview.invitations, 1);
        owner.set_role(world.org.clone(), sender, OrgRole::Member, OrgRole::Admin).await.expect("demoted");
        let link = token(&world, NEWCOMER).await;
        let seen = anonymous.invited(&link).await;
        assert!(is_conflict(&seen), "told before they choose a password: {seen:?}");
        let masked = Invited::SomebodyElse { email: "n…@acme.example".to_owned() };
        assert_eq!(world.console(Who::Stranger).await.invited(&link).await, Ok(masked), "and nobody else is");
        assert!(is_conflict(&accept(&anonymous, &link, Some(noor())).await));
        assert!(person(&world, NEWCOMER).await.is_none(), "nothing is half done");
        let pending = owner.pending(world.org.clone(), Page::default()).await.expect("listed");
        assert!(!pending.rows[0].holds);
        owner.resend(world.org.clone(), pending.rows[0].id.clone()).await.expect("in the owner's name");
        accept(&anonymous, &token(&world, NEWCOMER).await, Some(noor())).await.expect("joined");
        assert_eq!(role(&world, NEWCOMER).await.as_deref(), Some("admin"));
    }

    async fn a_higher_role_is_kept_and_only_active_projects_count(db: TestDb) {
        let world = World::new(db).await;
        let stranger = Who::Stranger.email();
        let mut invitation = new(&[stranger.as_str()], OrgRole::Member);
        invitation.projects = vec![world.prod.clone()];
        invite(&world, Who::Owner, invitation).await.expect("sent");
        sql(&world, "INSERT INTO org_members (org_id, account_id, role, created_at)
                     SELECT o.id, a.id, 'admin', 0 FROM orgs o, accounts a WHERE o.slug = 'acme' AND a.name = 'Stranger'").await;
        sql(&world, "UPDATE projects SET archived_at = 1 WHERE slug = 'prod'").await;
        let console = world.console(Who::Stranger).await;
        accept(&console, &token(&world, stranger.as_str()).await, None).await.expect("joined");
        assert_eq!(role(&world, stranger.as_str()).await.as_deref(), Some("admin"));
        assert_eq!(fields(&world, "member.joined").await, ["invited by: – → Ada Osei"], "nothing changed");
        let mut reader = world.store.db.read().await.expect("read");
        let sql = "SELECT count(*) FROM project_members c JOIN accounts a ON a.id = c.account_id WHERE a.name = 'Stranger'";
        let (assigned,) = fetch_one!(&mut reader, (i64,), sql).expect("counted");
        assert_eq!(assigned, 0);
    }

    async fn nobody_grants_what_they_may_not_and_all_or_nothing_is_sent(db: TestDb) {
        let world = World::new(db).await;
        for who in [Who::ProjectAdmin, Who::ProjectMember, Who::OtherMember] {
            assert!(is_forbidden(&invite(&world, who, new(&[NEWCOMER], OrgRole::Member)).await), "{who:?}");
        }
        for who in [Who::External, Who::Stranger] {
            assert_eq!(invite(&world, who, new(&[NEWCOMER], OrgRole::Member)).await, Err(AppError::NotFound), "{who:?}");
        }
        assert!(is_forbidden(&invite(&world, Who::OrgAdmin, new(&[NEWCOMER], OrgRole::Owner)).await));
        let member = Who::OtherMember.email();
        let refused = invite(&world, Who::Owner, new(&[NEWCOMER, member.as_str()], OrgRole::Member)).await.expect_err("a member");
        assert!(refused.on_field("emails").expect("the field").contains(member.as_str()));
        let mut foreign = new(&[NEWCOMER], OrgRole::Member);
        foreign.projects = vec![world.other_project.clone()];
        assert!(invite(&world, Who::Owner, foreign).await.expect_err("foreign").on_field("projects").is_some());
        let owner = world.console(Who::Owner).await;
        assert_eq!(owner.pending(world.org.clone(), Page::default()).await.expect("listed").total, 0, "all or nothing");
        let mut reader = world.store.db.read().await.expect("read");
        let (mails,) = fetch_one!(&mut reader, (i64,), "SELECT count(*) FROM mails").expect("counted");
        assert_eq!(mails, 0);
        drop(reader);

        invite(&world, Who::Owner, new(&["pim@acme.example", "jonas@acme.example"], OrgRole::Member)).await.expect("sent");
        let access = owner.preview_access(world.org.clone(), DefaultAccess::AssignedOnly).await.expect("dry run");
        assert_eq!(access.invitations, 2, "who accepts them would have no project");
        assigned_only(&world).await;
        let without = invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.expect_err("no project");
        assert!(without.on_field("projects").expect("the field").contains("assigned projects only"));
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Owner)).await.expect("owners need none");
        let theirs = id(&world, NEWCOMER).await;
        let admin = world.console(Who::OrgAdmin).await;
        assert!(is_forbidden(&admin.resend(world.org.clone(), theirs.clone()).await));
        assert!(is_forbidden(&admin.revoke_invitation(world.org.clone(), theirs.clone()).await));
        assert!(is_forbidden(&invite(&world, Who::OrgAdmin, new(&[NEWCOMER], OrgRole::Admin)).await), "not by replacing it either");
        let stranger = world.console(Who::Stranger).await;
        assert_eq!(stranger.revoke_invitation(world.other_org.clone(), theirs.clone()).await, Err(AppError::NotFound), "another organization's");
        for _ in 0..9 {
            owner.resend(world.org.clone(), theirs.clone()).await.expect("resent");
        }
        assert!(matches!(owner.resend(world.org.clone(), theirs).await, Err(AppError::Throttled { .. })));
        let flooded = invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Owner)).await.expect_err("refused");
        assert!(flooded.on_field("emails").expect("the field").contains(NEWCOMER));
        world.clock.advance(HOUR);
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Owner)).await.expect("an hour later");
    }

    async fn a_name_makes_no_header_and_no_link_in_the_mail(db: TestDb) {
        let world = World::new(db).await;
        sql(&world, "UPDATE orgs SET name = 'http://evil.example {link} \u{1F916}' WHERE slug = 'acme'").await;
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.expect("sent");
        let mut reader = world.store.db.read().await.expect("read");
        let (subject, body) = fetch_one!(&mut reader, (String, String), "SELECT subject, body FROM mails").expect("a mail");
        assert!(!subject.contains("evil.example") && subject.contains('\u{1F916}'), "{subject}");
        assert_eq!(body.matches("{link}").count(), 1, "{body}");
        assert!(!body.contains("token="), "no secret is stored: {body}");
    }
}
