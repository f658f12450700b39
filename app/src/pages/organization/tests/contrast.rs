//! The tokens keep every colour readable: computed from the style sheet itself, for colours from the whole sRGB cube.

use std::f64::consts::TAU;

const TOKENS: &str = include_str!("../../../../../style/tokens/color.css");
/// What WCAG 2.2 asks of text (success criterion 1.4.3).
const ENOUGH: f64 = 4.5;

/// Lightness 0–1, chroma, hue as a share of a turn.
#[derive(Clone, Copy, Debug)]
struct Oklch(f64, f64, f64);

/// A token in the light and in the dark scheme: lightness, the most chroma, and the hue unless it is that of the brand.
type Token = [(f64, f64, Option<f64>); 2];

fn number(text: &str) -> f64 {
    text.trim_matches(|c: char| !c.is_ascii_digit() && c != '.').parse().expect(text)
}

/// Reads `--name: light-dark(oklch(L% C H), oklch(from var(--brand) L% min(c, C) h));`.
fn token(name: &str) -> Token {
    let line = TOKENS
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with(&format!("--{name}:")))
        .expect(name);
    let mut schemes = line.split("oklch(").skip(1).map(|text| {
        let text = text.replace("from var(--brand) ", "").replace("min(c, ", "");
        let parts: Vec<&str> = text.split_whitespace().collect();
        let hue = match parts[2] {
            part if part.starts_with('h') => None,
            part if part.contains("--n") => Some(262.0 / 360.0),
            part => Some(number(part) / 360.0),
        };
        (number(parts[0]) / 100.0, number(parts[1]), hue)
    });
    [schemes.next().expect(name), schemes.next().expect(name)]
}

/// Linear sRGB by the matrices of Oklab; outside of 0–1 where sRGB cannot show the colour.
fn linear(Oklch(lightness, chroma, hue): Oklch) -> [f64; 3] {
    let (sin, cos) = (hue * TAU).sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short,
    ]
}

fn of_srgb(rgb: [u8; 3]) -> Oklch {
    let [red, green, blue] = rgb.map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    });
    let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
    let medium = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
    let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
    let lightness = 0.210_454_255_3 * long + 0.793_617_785 * medium - 0.004_072_046_8 * short;
    let (x, y) = (
        1.977_998_495_1 * long - 2.428_592_205 * medium + 0.450_593_709_9 * short,
        0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766 * short,
    );
    Oklch(lightness, x.hypot(y), y.atan2(x) / TAU)
}

/// The relative luminances that browsers show: some cut each channel, others take chroma away until the screen can show it.
fn shown(colour: Oklch) -> [f64; 2] {
    let luminance = |rgb: [f64; 3]| {
        let [r, g, b] = rgb.map(|value| value.clamp(0.0, 1.0));
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let fits = |colour| linear(colour).iter().all(|value| (-0.000_1..=1.000_1).contains(value));
    let Oklch(lightness, chroma, hue) = colour;
    let (mut low, mut high) = (0.0, chroma);
    if fits(colour) {
        low = chroma;
    }
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        if fits(Oklch(lightness, middle, hue)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    [luminance(linear(colour)), luminance(linear(Oklch(lightness, low, hue)))]
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_on_the_brand_and_in_it_is_readable_for_any_colour_in_both_schemes() {
    let pairs = [
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("accent", "accent-soft"),
        ("accent", "bg"),
        ("accent", "surface"),
        ("accent", "surface-2"),
    ]
    .map(|(text, ground)| (text, ground, token(text), token(ground)));
    let steps = || (0..=255).step_by(15);
    for red in steps() {
        for (green, blue) in steps().flat_map(|green| steps().map(move |blue| (green, blue))) {
            let brand = of_srgb([red, green, blue]);
            let colour = |(lightness, most, hue): (f64, f64, Option<f64>)| match hue {
                None => Oklch(lightness, brand.1.min(most), brand.2),
                Some(hue) => Oklch(lightness, most, hue),
            };
            for (text, ground, of_text, of_ground) in &pairs {
                for (scheme, name) in ["light", "dark"].iter().enumerate() {
                    let (above, below) = (shown(colour(of_text[scheme])), shown(colour(of_ground[scheme])));
                    for (above, below) in above.into_iter().zip(below) {
                        let found = contrast(above, below);
                        assert!(
                            found >= ENOUGH,
                            "{text} on {ground}, {name}, #{red:02x}{green:02x}{blue:02x}: {found:.2}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn the_computation_agrees_with_known_colours() {
    let [black, _] = shown(of_srgb([0, 0, 0]));
    let [white, _] = shown(of_srgb([255, 255, 255]));
    assert!((contrast(black, white) - 21.0).abs() < 0.01);
    let [grey, _] = shown(of_srgb([118, 118, 118]));
    assert!(
        (contrast(grey, white) - 4.54).abs() < 0.01,
        "#767676 is the lightest grey that is readable on white"
    );
}
