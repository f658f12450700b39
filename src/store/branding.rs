//! The colour and the logo of an organization.

use app::model::branding::{Branding, Colour, LogoKind};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Change, Store,
    db::{DbError, execute, fetch_one, fetch_optional},
    parse,
};
use crate::{
    access::{ManageOrg, Person, reaches_a_project},
    branding::Logo,
};

/// True if the account `$2` has a place in the org `o`: it reaches a project of it, from inside (`m`) or from outside.
macro_rules! has_a_place {
    () => {
        concat!(
            "(coalesce(",
            reaches_a_project!(),
            ", FALSE) OR EXISTS (SELECT 1 FROM projects q JOIN project_members y ON y.project_id = q.id
              WHERE q.org_id = o.id AND q.archived_at IS NULL AND y.account_id = $2))"
        )
    };
}

impl Store {
    /// The colour of the organization at this address. `None` if it has none, or must not be known to this person.
    pub async fn brand_colour(&self, person: &Person, org: &str) -> Result<Option<Colour>, DbError> {
        const SQL: &str = concat!(
            "SELECT o.brand FROM org_slugs s JOIN orgs o ON o.id = s.org_id
            LEFT JOIN org_members m ON m.org_id = o.id AND m.account_id = $2
            WHERE s.slug = $1 AND ",
            has_a_place!()
        );
        let row = fetch_optional!(&mut self.db.read().await?, (Option<String>,), SQL, org, person.id.as_str())?;
        row.and_then(|(colour,)| colour).map(parse).transpose()
    }

    /// The logo of the organization at this address, with its hash; the same rule.
    pub async fn brand_logo(&self, person: &Person, org: &str) -> Result<Option<(Logo, String)>, DbError> {
        const SQL: &str = concat!(
            "SELECT l.kind, l.data, l.hash FROM org_slugs s JOIN orgs o ON o.id = s.org_id JOIN org_logos l ON l.org_id = o.id
            LEFT JOIN org_members m ON m.org_id = o.id AND m.account_id = $2
            WHERE s.slug = $1 AND ",
            has_a_place!()
        );
        let row = fetch_optional!(&mut self.db.read().await?, (String, String, String), SQL, org, person.id.as_str())?;
        let Some((kind, data, hash)) = row else {
            return Ok(None);
        };
        let kind: LogoKind = parse(kind)?;
        let image = STANDARD
            .decode(data)
            .map_err(|error| DbError::Corrupt(format!("a logo: {error}")))?;
        Ok(Some((Logo { kind, image }, hash)))
    }
}

impl Change<ManageOrg> {
    pub async fn branding(&mut self) -> Result<Branding, DbError> {
        const SQL: &str = "SELECT o.brand, (SELECT l.hash FROM org_logos l WHERE l.org_id = o.id) FROM orgs o WHERE o.id = $1";
        let org = self.grant().org().id.clone();
        let (colour, logo) = fetch_one!(self, (Option<String>, Option<String>), SQL, org.as_str())?;
        Ok(Branding {
            colour: colour.map(parse).transpose()?,
            logo,
        })
    }

    pub async fn set_colour(&mut self, colour: Option<&Colour>) -> Result<(), DbError> {
        let org = self.grant().org().id.clone();
        let colour = colour.map(Colour::as_str);
        execute!(self, "UPDATE orgs SET brand = $2 WHERE id = $1", org.as_str(), colour)?;
        Ok(())
    }

    /// `hash` is the SHA-256 of the image in hex.
    pub async fn set_logo(&mut self, logo: &Logo, hash: &str) -> Result<(), DbError> {
        const SQL: &str = "
            INSERT INTO org_logos (org_id, kind, data, hash) VALUES ($1, $2, $3, $4)
            ON CONFLICT (org_id) DO UPDATE SET kind = excluded.kind, data = excluded.data, hash = excluded.hash";
        let (org, data) = (self.grant().org().id.clone(), STANDARD.encode(&logo.image));
        execute!(self, SQL, org.as_str(), logo.kind.as_str(), &data, hash)?;
        Ok(())
    }

    pub async fn remove_logo(&mut self) -> Result<(), DbError> {
        let org = self.grant().org().id.clone();
        execute!(self, "DELETE FROM org_logos WHERE org_id = $1", org.as_str())?;
        Ok(())
    }
}
