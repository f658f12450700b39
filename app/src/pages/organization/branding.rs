//! The colour and the logo, with a sample in both schemes.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Organization, RefusedLogo,
    api::RemoveLogo,
    form::{COLOUR, ColourForm as TypedColour, SAVE},
};
use crate::{
    islands::{BrandPreview, LogoPreview},
    model::branding::{Branding, Colour, MAX_LOGO_BYTES, MAX_LOGO_PIXELS},
    pages::shell::Mark,
    ui::{Card, Field, FormError, Notice, PageForm, Submit, TextField, refused},
};

/// The ids of the fields that are previewed.
const COLOUR_FIELD: &str = "f-colour";
const LOGO_FIELD: &str = "f-logo";

#[component]
pub fn BrandingForms(organization: Organization, branding: Branding) -> impl IntoView {
    let logo = branding.logo_href(organization.place.org.slug.as_str());
    let name = organization.place.org.name.to_string();
    view! {
        <Card id="branding" title="Branding">
            <div class="body">
                <p>"What everybody who has a place in the organization sees. Lightness follows the scheme, so that text stays readable on any colour."</p>
                <div class="two">
                    <Sample scheme="light" logo=logo.clone() name=name.clone() />
                    <Sample scheme="dark" logo=logo.clone() name />
                </div>
            </div>
            <ColourForm organization=organization.clone() colour=branding.colour />
            <LogoForm organization logo />
        </Card>
    }
}

/// How it looks in one scheme. It is a picture: nothing in it can be used.
#[component]
fn Sample(scheme: &'static str, logo: Option<String>, name: String) -> impl IntoView {
    view! {
        <figure class=format!("brand-sample {scheme}")>
            <div aria-hidden="true">
                <Mark name=name.clone() logo />
                <span>{name}</span>
                <span class="btn primary sm">"Button"</span>
                <span class="link">"Link"</span>
                <span class="badge accent">"Badge"</span>
            </div>
            <figcaption class="hint">{format!("In the {scheme} scheme")}</figcaption>
        </figure>
    }
}

#[component]
fn ColourForm(organization: Organization, colour: Option<Colour>) -> impl IntoView {
    let (failure, typed) = refused::<TypedColour>();
    let holds = || colour.map(String::from).unwrap_or_default();
    let value = typed.map_or_else(holds, |typed| typed.colour);
    view! {
        <PageForm href=organization.href(&[(SAVE, COLOUR)]) failure enhanced=true>
            <div class="body">
                <FormError fields=&["colour"] />
                <TextField
                    label="Colour"
                    name="colour"
                    id=COLOUR_FIELD
                    value
                    hint="As #rrggbb. Empty for the colour of the product."
                    placeholder="#1f6feb"
                    autocomplete="off"
                />
                <BrandPreview field=COLOUR_FIELD />
            </div>
            <div class="foot">
                <Submit label="Save colour" />
            </div>
        </PageForm>
    }
}

#[component]
fn LogoForm(organization: Organization, logo: Option<String>) -> impl IntoView {
    let back = organization.href(&[Notice::OrganizationSaved.param()]);
    let failure = use_context::<RefusedLogo>().map(|refused| refused.0);
    let hint = format!(
        "SVG, or PNG of at most {MAX_LOGO_PIXELS} × {MAX_LOGO_PIXELS} pixels; at most {} KiB. Scripts, links and references are refused.",
        MAX_LOGO_BYTES / 1024
    );
    let remove = logo.map(|_| {
        view! {
            <form action=RemoveLogo::PATH method="post" data-enhanced>
                <input type="hidden" name="org" value=organization.place.org.id.to_string() />
                <input type="hidden" name="back" value=back />
                <div class="foot">
                    <Submit label="Remove the logo" class="btn" />
                </div>
            </form>
        }
    });
    view! {
        <PageForm href=organization.href(&[]) failure file=true>
            <div class="body">
                <FormError fields=&["logo"] />
                <Field label="Logo" name="logo" hint let:control>
                    <input
                        class="input"
                        type="file"
                        id=control.id
                        name=control.name
                        accept=".svg,.png,image/svg+xml,image/png"
                        required
                        autofocus=control.autofocus
                        aria-describedby=control.described_by
                        aria-invalid=control.invalid
                    />
                </Field>
                <LogoPreview field=LOGO_FIELD />
            </div>
            <div class="foot">
                <Submit label="Upload the logo" />
            </div>
        </PageForm>
        {remove}
    }
}
