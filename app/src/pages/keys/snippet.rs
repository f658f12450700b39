//! The first request, in three languages. The origin of the gateway and the model vary.

/// A language of the first-run page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Curl,
    Python,
    TypeScript,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::Curl, Self::Python, Self::TypeScript];

    /// The value of `?code=`; an unknown one shows curl.
    pub fn from_query(text: Option<&str>) -> Self {
        Self::ALL
            .into_iter()
            .find(|language| Some(language.as_str()) == text)
            .unwrap_or_default()
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "python",
            Self::TypeScript => "typescript",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::TypeScript => "TypeScript",
        }
    }
}

/// A complete program that sends one request.
pub fn first_request(language: Language, base: &str, model: &str) -> String {
    match language {
        Language::Curl => format!(
            r#"curl {base}/v1/chat/completions \
  -H "Authorization: Bearer $BAILIWICK_KEY" \
  -H "Content-Type: application/json" \
  -d '{{"model": "{model}", "messages":
       [{{"role": "user", "content": "Hello"}}]}}'"#
        ),
        Language::Python => format!(
            r#"import os
from openai import OpenAI

client = OpenAI(base_url="{base}/v1", api_key=os.environ["BAILIWICK_KEY"])
answer = client.chat.completions.create(
    model="{model}",
    messages=[{{"role": "user", "content": "Hello"}}],
)
print(answer.choices[0].message.content)"#
        ),
        Language::TypeScript => format!(
            r#"import OpenAI from "openai";

const client = new OpenAI({{
  baseURL: "{base}/v1",
  apiKey: process.env.BAILIWICK_KEY,
}});
const answer = await client.chat.completions.create({{
  model: "{model}",
  messages: [{{ role: "user", content: "Hello" }}],
}});
console.log(answer.choices[0].message.content);"#
        ),
    }
}

/// The line of an environment file that holds the secret.
pub fn env_line(secret: &str) -> String {
    format!("BAILIWICK_KEY={secret}")
}

/// A harmless request that shows whether a key works.
pub fn check_request(base: &str) -> String {
    format!("curl -H \"Authorization: Bearer $BAILIWICK_KEY\" \\\n  {base}/v1/models")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_names_the_gateway_and_the_variable_of_the_env_line() {
        let variable = env_line("secret").split('=').next().map(str::to_owned).expect("a name");
        for language in Language::ALL {
            let code = first_request(language, "https://ai.acme.example", "acme/atlas-mini");
            assert!(code.contains("\"acme/atlas-mini\""), "{code}");
            assert!(code.contains("https://ai.acme.example/v1"), "{code}");
            assert!(code.contains(&variable), "{code}");
            assert_eq!(code.matches('{').count(), code.matches('}').count(), "{code}");
            assert_eq!(Language::from_query(Some(language.as_str())), language);
        }
        assert_eq!(Language::from_query(Some("cobol")), Language::Curl);
    }
}
