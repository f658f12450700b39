use super::*;

const MAIL: &str = r#"
    [mail]
    url = "smtps://mail.acme.example"
    from = "Bailiwick <bailiwick@acme.example>"
    user = "bailiwick"
    secret_env = "BAILIWICK_SMTP_PASSWORD"
"#;
const MAIL_SECRET: [(&str, &str); 1] = [("BAILIWICK_SMTP_PASSWORD", "s3cret")];

#[test]
fn a_way_out_for_mail_is_read_and_its_password_hidden() {
    let config = start(MAIL, &MAIL_SECRET, Settings::default()).expect("valid");
    assert!(!format!("{config:?}").contains("s3cret"));
    let mail = config.mail.expect("named");
    assert_eq!(
        (mail.host.as_str(), mail.port, mail.encryption),
        ("mail.acme.example", 465, Encryption::Tls)
    );
    assert_eq!(
        mail.credentials.map(|(user, secret)| (user, secret.0)),
        Some(("bailiwick".to_owned(), "s3cret".to_owned()))
    );
    let relay = "[mail]\nurl = \"smtp://127.0.0.1:25\"\nfrom = \"ai@acme.example\"\nallow_plain = true\n";
    let mail = start(relay, &[], Settings::default()).expect("valid").mail.expect("named");
    assert_eq!((mail.port, mail.encryption), (25, Encryption::Plain));
    assert!(start("", &[], Settings::default()).expect("valid").mail.is_none());
}

#[test]
fn a_bad_way_out_for_mail_names_its_key() {
    let broken = |from: &str, to: &str| refusal(&MAIL.replace(from, to), &MAIL_SECRET);
    for (from, to, expected) in [
        ("smtps://mail", "https://mail", "mail.url: must be smtps://HOST or smtp://HOST"),
        (
            "Bailiwick <bailiwick@acme.example>",
            "Bailiwick",
            "mail.from: must be an address such as",
        ),
        (
            "smtps://mail.acme.example\"",
            "smtp://mail.acme.example\"\nallow_plain = true",
            "mail.allow_plain: is for a relay on this machine",
        ),
        ("user = \"bailiwick\"", "", "mail.user: is missing beside the secret"),
        (
            "secret_env = \"BAILIWICK_SMTP_PASSWORD\"",
            "secret_file = \"/nonexistent/s\"",
            "unknown variable",
        ),
        (
            "user = \"bailiwick\"",
            "user = \"bailiwick\"\nca_file = \"/nonexistent/ca.pem\"",
            "mail.ca_file: /nonexistent/ca.pem: ",
        ),
    ] {
        let error = broken(from, to);
        assert!(error.contains(expected), "{error}");
    }
    let error = refusal(MAIL, &[]);
    assert!(
        error.ends_with("mail.secret_env: the variable BAILIWICK_SMTP_PASSWORD is not set"),
        "{error}"
    );
}

#[test]
fn who_may_sign_up_is_nobody_unless_it_is_said() {
    let policy = |file: &str, environment: &[(&str, &str)]| start(file, environment, Settings::default()).expect("valid").sign_up;
    assert_eq!(policy("", &[]), SignUp::Closed);
    assert_eq!(policy("sign_up = \"open\"", &[]), SignUp::Open);
    let variables = [
        ("BAILIWICK_SIGN_UP", "domains"),
        ("BAILIWICK_SIGN_UP_DOMAINS", "Acme.example, lab.example"),
    ];
    let domains = policy("", &variables);
    assert_eq!(domains, SignUp::Domains(vec!["acme.example".to_owned(), "lab.example".to_owned()]));
    for (email, admitted) in [
        ("ada@acme.example", true),
        ("ada@x.acme.example", false),
        ("ada@evil-acme.example", false),
    ] {
        assert_eq!(domains.admits(&email.parse().expect("an address")), admitted, "{email}");
    }
    assert_eq!(
        refusal("", &[("BAILIWICK_SIGN_UP", "yes")]),
        "BAILIWICK_SIGN_UP: “yes” is not one of closed, domains, open"
    );
    assert!(refusal("sign_up = \"domains\"", &[]).contains("needs sign_up_domains"));
    assert!(refusal("sign_up = \"domains\"\nsign_up_domains = [\"acme\"]", &[]).ends_with("“acme” is not a domain such as acme.example"));
    assert!(refusal("sign_up_domains = [\"acme.example\"]", &[]).ends_with("has a meaning with sign_up = \"domains\" only"));
    let contact = start("operator_contact = \"platform@acme.example\"", &[], Settings::default())
        .expect("valid")
        .operator_contact;
    assert_eq!(contact.as_ref().map(Name::as_str), Some("platform@acme.example"));
}
