//! Choosing projects in forms, where an organization has many.

use app::{
    model::{ProjectId, ProjectRole, choice::Choosing},
    port::{Invitations, Members},
};

use crate::{
    store::{db::execute, testing::on_both_engines},
    testing::{Who, World},
};

on_both_engines! {
    async fn a_form_offers_few_of_many_projects_and_finds_the_others(db: TestDb) {
        const SQL: &str = "
            INSERT INTO projects (id, org_id, name, slug, environment, created_at)
            SELECT $1, org_id, $2, $3, environment, created_at FROM projects WHERE id = $4";
        let world = World::new(db).await;
        let mut tx = world.store.db.write().await.expect("begin");
        for number in 0..80 {
            let (id, name) = (world.store.ambient.id::<ProjectId>(), format!("team-{number:02}"));
            execute!(&mut tx, SQL, id.as_str(), &name, &name, world.prod.as_str()).expect("a project");
        }
        tx.commit().await.expect("commit");
        let owner = world.console(Who::Owner).await;
        let (org, member) = (|| world.org.clone(), world.person(Who::ProjectMember).await.expect("a person").id);
        let first = owner.invite_options(org(), Choosing::default()).await.expect("options").projects;
        assert_eq!((first.rows.len(), first.matching, first.total), (50, 82, 82));
        assert!(first.rows[0].is_default && first.rows.iter().all(|row| !row.ticked && row.role.is_none()));

        let ticked = vec![first.rows[2].id.clone(), world.other_project.clone(), first.rows[2].id.clone()];
        let choosing = |text: &str| Choosing { text: text.to_owned(), ticked: ticked.clone() };
        let found = owner.invite_options(org(), choosing("TEAM-7")).await.expect("options").projects;
        assert_eq!((found.rows.len(), found.matching, found.total), (11, 10, 82), "and nothing of another organization");
        assert_eq!((found.rows[0].id.clone(), found.rows[0].ticked, found.rows[1].ticked), (ticked[0].clone(), true, false));
        let found = owner.preview_assignment(org(), member.clone(), choosing("prod")).await.expect("preview").projects;
        assert_eq!(found.rows.iter().map(|row| (row.ticked, row.role)).collect::<Vec<_>>(), [(true, None), (false, Some(ProjectRole::Member))]);
        owner.assign(org(), member.clone(), vec![ticked[0].clone()], ProjectRole::Admin).await.expect("assigned");
        let found = owner.preview_assignment(org(), member, choosing("zzz")).await.expect("preview").projects;
        assert_eq!((found.matching, found.rows[0].role), (0, Some(ProjectRole::Admin)), "it is there by now");
    }
}
