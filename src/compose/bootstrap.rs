use std::io::{IsTerminal, Read};

use app::model::Slug;

use super::{Foundations, foundations};
use crate::{
    access::Origin,
    ambient::Ambient,
    cli::{BootstrapArgs, Failure},
    config::{Config, ConfigError},
    identity::{Foundation, FoundingError, Passwords, found},
};

/// `bailiwick operator bootstrap`: the set-up without a browser. Prints the Organization Default Key, once.
pub async fn bootstrap(config: Config, args: BootstrapArgs) -> Result<(), Failure> {
    let slug = match args.slug {
        Some(slug) => slug,
        None => {
            Slug::suggest(args.org.as_str()).ok_or_else(|| ConfigError::at("--org", "gives no usable address; name one with --slug"))?
        }
    };
    let password = password(args.password_stdin)?;
    let Foundations { store, secrets } = foundations(&config, Ambient::system()).await?;
    let passwords = Passwords::new(&store.ambient).map_err(Failure::run)?;
    let foundation = Foundation {
        name: args.name,
        email: args.email,
        password,
        org: args.org,
        slug: slug.clone(),
        with_key: true,
    };
    let founded = match found(&store, &passwords, &config.catalog, &secrets.pepper, Origin::cli(), foundation).await {
        Ok(founded) => founded,
        Err(FoundingError::Password(error)) => return Err(ConfigError::at("password", error).into()),
        Err(error) => return Err(Failure::run(error)),
    };
    store.db.close().await;
    let key = founded
        .secret
        .as_ref()
        .map(crate::access::api_key::ApiKeySecret::reveal)
        .unwrap_or_default();
    if args.json {
        let answer = serde_json::json!({
            "org_id": founded.org,
            "project_id": founded.project,
            "account_id": founded.person.id,
            "api_key": key,
        });
        println!("{answer}");
    } else {
        println!("organization     {} (/{slug})", founded.org);
        println!("default project  {}", founded.project);
        println!("owner            {} ({})", founded.person.id, founded.person.email);
        println!("api key          {key}");
        println!("The key is shown only now.");
    }
    Ok(())
}

/// From standard input (one trailing line break is not part of it), or asked for twice on the terminal.
fn password(from_stdin: bool) -> Result<String, Failure> {
    if from_stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(Failure::run)?;
        let line = text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(&text);
        return Ok(line.to_owned());
    }
    if !std::io::stdin().is_terminal() {
        return Err(ConfigError::at("--password-stdin", "is needed when standard input is no terminal").into());
    }
    let first = rpassword::prompt_password("Password: ").map_err(Failure::run)?;
    let again = rpassword::prompt_password("Again: ").map_err(Failure::run)?;
    if first == again {
        Ok(first)
    } else {
        Err(ConfigError::at("password", "the two entries differ").into())
    }
}
