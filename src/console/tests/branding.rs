use app::model::branding::Colour;

use super::*;
use crate::web::branding::BrandAsset;

const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h8v8z\"/></svg>";

fn colour(text: &str) -> Colour {
    text.parse().expect("a colour")
}

/// The sheet as text, for this person.
async fn sheet(world: &World, who: Who) -> Result<String, AppError> {
    let file = world.console(who).await.brand_file("acme", BrandAsset::Sheet).await?;
    Ok(String::from_utf8(file.body).expect("text"))
}

on_both_engines! {
    async fn a_colour_is_shown_to_whoever_has_a_place_in_the_organization(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        assert_eq!(sheet(&world, Who::Owner).await, Err(AppError::NotFound), "there is none yet");
        owner.set_colour(world.org.clone(), Some(colour("#1F6FEB"))).await.expect("set");
        owner.set_logo(world.org.clone(), SVG).await.expect("set");
        for (who, expected) in [
            (Who::Anonymous, "401"),
            (Who::Owner, "yes"),
            (Who::OrgAdmin, "yes"),
            (Who::ProjectMember, "yes"),
            (Who::OtherMember, "yes"),
            (Who::External, "yes"),
            (Who::Stranger, "404"),
        ] {
            let console = world.console(who).await;
            assert_eq!(outcome(sheet(&world, who).await), expected, "{who:?}");
            assert_eq!(outcome(console.brand_file("acme", BrandAsset::Logo).await), expected, "{who:?}");
            assert_eq!(outcome(console.brand_file("ac\0me", BrandAsset::Logo).await), if expected == "401" { "401" } else { "404" });
        }
        assert_eq!(sheet(&world, Who::External).await.expect("seen"), ":root{--brand:#1f6feb}");
        let place = world.console(Who::External).await.place("acme", Some("prod")).await.expect("a place");
        assert!(place.branding.colour.is_some() && place.branding.logo.is_some());

        // Nobody's place is left: no project of the external, none of the other member.
        owner.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        set_access(&owner, &world, DefaultAccess::AssignedOnly).await.expect("set");
        for who in [Who::External, Who::OtherMember, Who::ProjectMember] {
            assert_eq!(outcome(sheet(&world, who).await), "404", "{who:?}");
        }
        owner.restore(world.prod.clone()).await.expect("restored");
        assert_eq!(outcome(sheet(&world, Who::External).await), "yes");
    }

    async fn the_branding_is_changed_by_owners_and_recorded(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        owner.set_colour(world.org.clone(), Some(colour("#1f6feb"))).await.expect("set");
        owner.set_colour(world.org.clone(), Some(colour("#1f6feb"))).await.expect("it is so already");
        owner.set_logo(world.org.clone(), SVG).await.expect("set");
        owner.set_logo(world.org.clone(), SVG).await.expect("it is so already");
        let hash = owner.settings(world.org.clone()).await.expect("read").branding.logo.expect("a logo");
        assert_eq!(hash.len(), 64);
        let refused = owner.set_logo(world.org.clone(), b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>").await;
        assert!(refused.expect_err("refused").on_field("logo").is_some_and(|text| text.contains("script")));
        owner.remove_logo(world.org.clone()).await.expect("removed");
        owner.set_colour(world.org.clone(), None).await.expect("removed");
        assert_eq!(
            records(&owner, Scope::Org(world.org.clone()), 4).await,
            [
                "org.branding_changed Acme Robotics: colour – → #1f6feb".to_owned(),
                format!("org.branding_changed Acme Robotics: logo_sha256 – → {hash}"),
                format!("org.branding_changed Acme Robotics: logo_sha256 {hash} → –"),
                "org.branding_changed Acme Robotics: colour #1f6feb → –".to_owned(),
            ]
        );
        for (who, expected) in [(Who::Anonymous, "401"), (Who::OrgAdmin, "no"), (Who::External, "404"), (Who::Stranger, "404")] {
            let console = world.console(who).await;
            assert_eq!(outcome(console.set_colour(world.org.clone(), None).await), expected, "{who:?}");
            assert_eq!(outcome(console.set_logo(world.org.clone(), b"no image").await), expected, "{who:?}");
            assert_eq!(outcome(console.remove_logo(world.org.clone()).await), expected, "{who:?}");
        }
        verified(&world).await;
    }
}
