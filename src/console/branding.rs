//! The colour and the logo of an organization: set by its owners, shown to whoever has a place in it.

use app::model::{
    AppError, OrgId, Slug,
    branding::{Colour, LogoKind},
};
use sha2::{Digest, Sha256};

use super::Console;
use crate::{
    access::{ManageOrg, authorize_org},
    audit::Event,
    branding::{Logo, sanitise},
    web::branding::{BrandAsset, BrandFile},
};

impl Console {
    /// Sets the colour; `None` gives the organization that of the product back.
    pub(super) async fn change_colour(&self, org: OrgId, colour: Option<Colour>) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<ManageOrg>(&self.caller, &org).await?;
        let before = change.branding().await?.colour;
        if before == colour {
            return Ok(());
        }
        change.set_colour(colour.as_ref()).await?;
        let event = Event::new("org.branding_changed", &org, &change.grant().org().name).change(
            "colour",
            before.map(String::from),
            colour.map(String::from),
        );
        change.commit([event]).await?;
        Ok(())
    }

    /// Takes an uploaded file as the logo of the organization, after it was read as an image and written anew.
    ///
    /// # Errors
    /// `Invalid` on the field `logo` for what is no harmless image.
    pub async fn set_logo(&self, org: OrgId, upload: &[u8]) -> Result<(), AppError> {
        // Who may not change it learns that, whatever the file is; and no change is open while the file is read.
        authorize_org::<ManageOrg>(&mut self.store().db.read().await?, &self.caller, &org).await?;
        let logo = sanitise(upload).map_err(|error| AppError::field("logo", error.to_string()))?;
        self.change_logo(org, Some(logo)).await
    }

    /// Sets the logo, or removes it.
    pub(super) async fn change_logo(&self, org: OrgId, logo: Option<Logo>) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<ManageOrg>(&self.caller, &org).await?;
        let before = change.branding().await?.logo;
        let after = logo.as_ref().map(|logo| hex::encode(Sha256::digest(&logo.image)));
        if before == after {
            return Ok(());
        }
        match (&logo, &after) {
            (Some(logo), Some(hash)) => change.set_logo(logo, hash).await?,
            _ => change.remove_logo().await?,
        }
        let event = Event::new("org.branding_changed", &org, &change.grant().org().name).change("logo_sha256", before, after);
        change.commit([event]).await?;
        Ok(())
    }

    /// A file of the branding of the organization at an address.
    ///
    /// # Errors
    /// `NotFound` if there is none, and for whoever has no place in the organization.
    pub async fn brand_file(&self, org: &str, asset: BrandAsset) -> Result<BrandFile, AppError> {
        let person = self.person()?;
        if org.parse::<Slug>().is_err() {
            return Err(AppError::NotFound);
        }
        match asset {
            BrandAsset::Sheet => {
                let colour = self.store().brand_colour(person, org).await?.ok_or(AppError::NotFound)?;
                Ok(BrandFile {
                    content_type: "text/css; charset=utf-8",
                    tag: colour.as_str().trim_start_matches('#').to_owned(),
                    body: format!(":root{{--brand:{colour}}}").into_bytes(),
                })
            }
            BrandAsset::Logo => {
                let (logo, hash) = self.store().brand_logo(person, org).await?.ok_or(AppError::NotFound)?;
                Ok(BrandFile {
                    content_type: match logo.kind {
                        LogoKind::Svg => "image/svg+xml",
                        LogoKind::Png => "image/png",
                    },
                    tag: hash,
                    body: logo.image,
                })
            }
        }
    }
}
