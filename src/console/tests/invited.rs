//! Invitations between their sending and their answer: how many, when again, and what voids them.

use app::{
    model::{AppError, OrgRole, Page, ProjectRole, time::HOUR},
    port::{Invitations, Members, Projects},
};

use super::{
    invitations::{NEWCOMER, id, invite, is_conflict, new, searching, sql, token},
    members::{actions, assigned_only, fields, log},
};
use crate::{
    store::{db::fetch_all, testing::on_both_engines},
    testing::{PASSWORD, Who, World},
};

on_both_engines! {
    async fn one_person_does_not_write_to_the_whole_world(db: TestDb) {
        let world = World::new(db).await;
        let many = |round: u32| (0..50).map(|number| format!("p{round}-{number}@acme.example")).collect::<Vec<_>>();
        for round in 0..10 {
            let emails = many(round);
            let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
            invite(&world, Who::OrgAdmin, new(&emails, OrgRole::Member)).await.expect("sent");
        }
        let refused = invite(&world, Who::OrgAdmin, new(&[NEWCOMER], OrgRole::Member)).await;
        assert!(matches!(refused, Err(AppError::Throttled { retry_after_s: 3_600 })), "{refused:?}");
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.expect("others go on");
        world.clock.advance(HOUR);
        invite(&world, Who::OrgAdmin, new(&["later@acme.example"], OrgRole::Member)).await.expect("an hour later");
    }

    async fn organizations_together_do_not_flood_a_mailbox(db: TestDb) {
        let world = World::new(db).await;
        for sent in 0..9 {
            invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.unwrap_or_else(|error| panic!("{sent}: {error}"));
        }
        sql(&world, "UPDATE attempts SET failures = 30 WHERE subject = 'mail:invitation:noor.haddad@acme.example'").await;
        let stranger = world.console(Who::Stranger).await;
        stranger.invite(world.other_org.clone(), new(&[NEWCOMER], OrgRole::Member)).await.expect("others keep nobody from writing once");
        let refused = stranger.invite(world.other_org.clone(), new(&["pim@acme.example", "noor.haddad+2@acme.example"], OrgRole::Member)).await;
        assert!(refused.expect_err("full").on_field("emails").expect("the field").contains("noor.haddad+2"));
        assert_eq!(stranger.pending(world.other_org.clone(), Page::default()).await.expect("listed").total, 1, "all or nothing");
        sql(&world, "UPDATE attempts SET failures = 29 WHERE subject = 'mail:invitation:noor.haddad@acme.example'").await;
        stranger.invite(world.other_org.clone(), new(&[NEWCOMER], OrgRole::Member)).await.expect("the last one");
    }

    async fn a_refused_invitation_is_not_counted(db: TestDb) {
        let world = World::new(db).await;
        let member = Who::OtherMember.email();
        for _ in 0..12 {
            invite(&world, Who::Owner, new(&[NEWCOMER, member.as_str()], OrgRole::Member)).await.expect_err("a member");
        }
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.expect("sent");
    }

    async fn it_is_not_sent_again_to_who_could_not_use_it(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let mut invitation = new(&[NEWCOMER], OrgRole::Member);
        invitation.projects = vec![world.prod.clone()];
        invite(&world, Who::Owner, invitation).await.expect("sent");
        let theirs = id(&world, NEWCOMER).await;
        assigned_only(&world).await;
        owner.resend(world.org.clone(), theirs.clone()).await.expect("there is a project");
        Projects::archive(&owner, world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        assert!(is_conflict(&owner.resend(world.org.clone(), theirs.clone()).await), "no project is left of it");

        sql(&world, "UPDATE accounts SET email = 'noor.haddad@acme.example' WHERE name = 'OtherMember'").await;
        sql(&world, "UPDATE orgs SET default_access = 'all_members'").await;
        assert!(is_conflict(&owner.resend(world.org.clone(), theirs).await), "a member by now");
    }

    async fn what_was_taken_does_not_come_back_by_an_older_invitation(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        for (who, email, removed) in [
            (Who::OtherMember, "first@acme.example", true),
            (Who::OrgAdmin, "second@acme.example", false),
        ] {
            let person = world.person(who).await.expect("a person").id;
            invite(&world, Who::Owner, new(&[email], OrgRole::Admin)).await.expect("sent");
            // The person takes the address that was invited.
            let statement = if removed {
                "UPDATE accounts SET email = 'first@acme.example' WHERE name = 'OtherMember'"
            } else {
                "UPDATE accounts SET email = 'second@acme.example' WHERE name = 'OrgAdmin'"
            };
            sql(&world, statement).await;
            if removed {
                owner.remove(world.org.clone(), person, Vec::new()).await.expect("removed");
            } else {
                owner.set_role(world.org.clone(), person, OrgRole::Member, OrgRole::Admin).await.expect("demoted");
            }
            assert!(actions(&world, 3).await.contains(&"invitation.revoked".to_owned()), "{email}");
            assert_eq!(owner.pending(world.org.clone(), searching(email)).await.expect("listed").total, 0);
        }
        assert_eq!(fields(&world, "invitation.revoked").await, ["because: – → role changed"]);
    }

    async fn a_guest_who_joins_with_a_higher_role_is_recorded_as_raised(db: TestDb) {
        let world = World::new(db).await;
        let guest = Who::External.email();
        let mut invitation = new(&[guest.as_str()], OrgRole::Member);
        invitation.projects = vec![world.prod.clone()];
        invitation.project_role = ProjectRole::Admin;
        invite(&world, Who::Owner, invitation).await.expect("sent");
        let link = token(&world, guest.as_str()).await;
        world.console(Who::External).await.accept(&link, None).await.expect("joined");
        assert_eq!(fields(&world, "collaborator.role_changed").await, ["role: member → admin"]);
        assert!(!actions(&world, 3).await.contains(&"collaborator.added".to_owned()));
    }

    async fn windows_that_are_over_are_forgotten(db: TestDb) {
        let world = World::new(db).await;
        invite(&world, Who::Owner, new(&[NEWCOMER], OrgRole::Member)).await.expect("sent");
        world.clock.advance(HOUR - 1);
        invite(&world, Who::Owner, new(&["pim@acme.example"], OrgRole::Member)).await.expect("sent");
        world.clock.advance(1);
        world.store.purge_attempts().await.expect("purged");
        let mut reader = world.store.db.read().await.expect("read");
        let left = fetch_all!(&mut reader, (String,), "SELECT subject FROM attempts ORDER BY subject").expect("read");
        let left: Vec<_> = left.iter().map(|(subject,)| subject.as_str()).collect();
        let theirs = format!("mail:invitation:pim@acme.example:{}", world.org);
        assert_eq!(left, ["mail:invitation:pim@acme.example", theirs.as_str()], "what is under way stays");
    }

    async fn a_project_says_who_left_it_with_the_organization(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let person = world.person(Who::ProjectAdmin).await.expect("a person").id;
        owner.remove(world.org.clone(), person, Vec::new()).await.expect("removed");
        let left = log(&world).await.rows.into_iter().find(|entry| entry.action == "collaborator.removed").expect("a record");
        assert_eq!(left.project.as_deref(), Some("prod"));
        assert_eq!(fields(&world, "collaborator.removed").await, ["role: admin → –"]);
    }
}
