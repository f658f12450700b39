use app::model::template::{FromTemplate, Template};

use super::*;

fn from(template: Template, names: &str) -> FromTemplate {
    FromTemplate {
        template,
        names: names.to_owned(),
        models: vec!["bailiwick/echo".parse().expect("a model")],
    }
}

async fn slugs(console: &Console, world: &World) -> Vec<String> {
    let list = Projects::list(console, world.org.clone(), ProjectFilter::default(), Page::default())
        .await
        .expect("listed");
    list.listing.rows.iter().map(|row| row.slug.to_string()).collect()
}

on_both_engines! {
    async fn a_template_makes_what_its_preview_listed(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let from = from(Template::Workload, "Nightly eval\n\nSupport chat");
        let before = slugs(&owner, &world).await;
        let planned = owner.preview_template(world.org.clone(), &from).await.expect("planned");
        assert_eq!(slugs(&owner, &world).await, before, "a look makes nothing");
        owner.create_from_template(world.org.clone(), &from).await.expect("made");
        let after = slugs(&owner, &world).await;
        assert_eq!(after.len(), before.len() + 2);
        assert!(planned.iter().all(|planned| after.contains(&planned.new.slug.to_string())));
        let record = |name: &str, slug: &str| format!(
            "project.created {name}: template – → workload; address – → {slug}; environment – → production; workload – → {name}; \
             owner – → owner@acme.example; models – → bailiwick/echo"
        );
        assert_eq!(
            records(&owner, Scope::Org(world.org.clone()), 2).await,
            [record("Nightly eval", "nightly-eval"), record("Support chat", "support-chat")]
        );
        let place = owner.place("acme", Some("nightly-eval")).await.expect("reached");
        let table = owner.table(place.project.expect("a project").id, Lane::Standard).await.expect("read");
        assert_eq!(format!("{table:?}").matches("bailiwick/embed").count(), 0, "only the models that were ticked");
        verified(&world).await;
    }

    async fn a_template_makes_all_or_nothing(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let before = slugs(&owner, &world).await;
        let chains = verified(&world).await;
        for (names, part) in [
            ("Research\nprod", "Line 2: Another project of this organization has, or had, the address prod."),
            ("Research\nresearch", "Line 2: This is the address research again"),
            ("", "Enter at least one name"),
        ] {
            let from = from(Template::Team, names);
            let preview = owner.preview_template(world.org.clone(), &from).await.expect_err("refused");
            let made = owner.create_from_template(world.org.clone(), &from).await.expect_err("refused");
            assert_eq!(preview, made);
            assert!(made.on_field("names").is_some_and(|text| text.contains(part)), "{made:?}");
        }
        for models in [&[][..], &["acme/unknown"]] {
            let models = models.iter().map(|model| model.parse().expect("a model")).collect();
            let from = FromTemplate { models, ..from(Template::Team, "Research") };
            let refused = owner.create_from_template(world.org.clone(), &from).await.expect_err("refused");
            assert!(refused.on_field("models").is_some(), "{refused:?}");
        }
        let mut untaught = new_project("untaught");
        untaught.models.clear();
        let refused = Projects::create(&owner, world.org.clone(), untaught).await.expect_err("refused");
        assert!(refused.on_field("models").is_some(), "{refused:?}");
        assert_eq!(slugs(&owner, &world).await, before);
        assert_eq!(verified(&world).await, chains, "nothing happened, so nothing is recorded");
    }

    async fn templates_are_for_owners_and_admins(db: TestDb) {
        let world = World::new(db).await;
        for (who, expected) in [
            (Who::Anonymous, "401"),
            (Who::Owner, "yes"),
            (Who::OrgAdmin, "yes"),
            (Who::ProjectAdmin, "no"),
            (Who::OtherMember, "no"),
            (Who::External, "404"),
            (Who::Stranger, "404"),
        ] {
            let console = world.console(who).await;
            let from = from(Template::Customer, &format!("{who:?}"));
            assert_eq!(outcome(console.preview_template(world.org.clone(), &from).await), expected, "{who:?}");
            assert_eq!(outcome(console.create_from_template(world.org.clone(), &from).await), expected, "{who:?}");
        }
    }

    async fn early_access_refuses_templates_with_the_reason(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        world.store.grant_multi_project(&"acme".parse().expect("a slug"), Some(false)).await.expect("held back");
        let from = from(Template::Team, "Research");
        let look = owner.preview_template(world.org.clone(), &from).await.map(drop);
        for refused in [look, owner.create_from_template(world.org.clone(), &from).await] {
            assert!(matches!(&refused, Err(AppError::Conflict { message }) if message.contains("early access")), "{refused:?}");
        }
    }
}
