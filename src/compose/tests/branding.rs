//! Colour and logo through the whole server.

use super::*;

const PAGE: &str = "/acme/~/settings";
const PLACE: [u16; 8] = [404, 200, 200, 200, 200, 200, 200, 404];

/// The form of a logo as a browser sends it.
async fn upload(site: &Site, file: &str, cookie: &str) -> Answer {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"a.svg\"\r\nContent-Type: image/svg+xml\r\n\r\n{file}\r\n--x--\r\n"
    );
    site.ask_as("multipart/form-data; boundary=x", Method::POST, PAGE, &body, cookie)
        .await
}

fn svg(inside: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>")
}

#[tokio::test]
async fn owners_set_the_logo_and_whoever_has_a_place_sees_it() {
    let site = Site::new().await;
    for ((who, cookie), expected) in site.cookies.iter().zip([302, 302, 403, 403, 403, 403, 404, 404]) {
        let answer = upload(&site, &svg("<path d=\"M0 0h8v8z\"/>"), cookie).await;
        assert_eq!(answer.status.as_u16(), expected, "{who:?} {}", answer.body);
    }
    let (_, owner) = &site.cookies[1];
    let set = site
        .ask(Method::POST, &format!("{PAGE}?save=colour"), "colour=%231f6feb", owner)
        .await;
    assert_eq!(set.location, "/acme/~/settings?done=organization%2Dsaved", "{}", set.body);
    for ((who, cookie), expected) in site.cookies.iter().zip(PLACE) {
        for path in ["/acme/branding.css", "/acme/branding.logo"] {
            let answer = site.ask(Method::GET, path, "", cookie).await;
            assert_eq!(answer.status.as_u16(), expected, "{who:?} {path}");
        }
    }
    let page = site.ask(Method::GET, "/acme/prod/keys", "", owner).await;
    for linked in ["/acme/branding.css?v=1f6feb", "/acme/branding.logo?v="] {
        assert!(page.body.contains(linked), "{linked}: {}", page.body);
    }
    assert!(!page.body.contains("style=\""), "no inline style");

    let answer = site.send(Method::GET, "/acme/branding.logo", "", owner).await;
    let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "image/svg+xml");
    assert_eq!(
        header("content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("cache-control").starts_with("private"));
    assert_eq!(header("etag").len(), 66);
    let sheet = site.ask(Method::GET, "/acme/branding.css", "", owner).await;
    assert_eq!(sheet.body, ":root{--brand:#1f6feb}");
}

#[tokio::test]
async fn a_logo_that_could_harm_is_refused_beside_its_field() {
    let site = Site::new().await;
    let owner = site.sign_in(Who::Owner).await;
    let large = svg(&" ".repeat(50 * 1024));
    for (file, part) in [
        (svg("<script/>"), "the element script"),
        (large, "at most 48 KiB"),
        (String::new(), "Choose a file."),
    ] {
        let answer = upload(&site, &file, &owner).await;
        assert_eq!(answer.status, 422, "{part}");
        assert!(
            answer.body.contains(part) && answer.body.contains("aria-invalid=\"true\""),
            "{part}: {}",
            answer.body
        );
    }
    let answer = site.ask(Method::POST, PAGE, "logo=x", &owner).await;
    assert_eq!(answer.status, 422, "no multipart");
    assert_eq!(site.ask(Method::GET, "/acme/branding.logo", "", &owner).await.status, 404);
}
