//! Old addresses of organizations and projects lead to the new ones, for those who may see the place.

use app::{
    model::organization::OrgNames,
    port::{Organization, ProjectSettings},
};

use super::*;

#[tokio::test]
async fn an_old_address_leads_on_and_is_no_probe() {
    let site = Site::new().await;
    let owner = site.world.console(Who::Owner).await;
    let names = OrgNames {
        name: "Acme Robotics".parse().expect("a name"),
        slug: "acme-ai".parse().expect("a slug"),
    };
    owner
        .rename(site.world.org.clone(), names, "acme Acme Robotics")
        .await
        .expect("renamed");
    let mut details = owner.details(site.world.prod.clone()).await.expect("read").details;
    let seen = details.version();
    details.slug = "production".parse().expect("a slug");
    owner.update(site.world.prod.clone(), details, &seen).await.expect("saved");

    let moved = "/acme-ai/production/keys?q=a%20b&page=2";
    for (path, expected, location) in [
        ("/acme/prod/keys?q=a%20b&page=2", [302, 302, 302, 302, 302, 404, 302, 404], moved),
        ("/acme-ai/prod/keys?q=a%20b&page=2", [302, 302, 302, 302, 302, 404, 302, 404], moved),
        (moved, [302, 200, 200, 200, 200, 404, 200, 404], ""),
        ("/acme/~/projects", [302, 302, 302, 403, 403, 403, 404, 404], "/acme-ai/~/projects"),
    ] {
        for ((who, cookie), expected) in site.cookies.iter().zip(expected) {
            let answer = site.ask(Method::GET, path, "", cookie).await;
            assert_eq!(answer.status.as_u16(), expected, "{who:?} {path}");
            if expected == 302 && *who != Who::Anonymous {
                assert_eq!(answer.location, location, "{who:?} {path}");
            }
        }
    }
    // A form of a page that was opened before still works.
    let admin = site.sign_in(Who::ProjectAdmin).await;
    let form = "name=ci&lifetime=30&idempotency=old-page";
    let answer = site.ask(Method::POST, "/acme/prod/keys", form, &admin).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("bw_"), "the secret is in the answer, not lost on the way");
}
