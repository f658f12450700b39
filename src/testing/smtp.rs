//! A mail server on this machine that keeps what it is sent, with as much TLS as the test wants.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};
use tokio_util::task::AbortOnDropHandle;

use crate::config::{Encryption, MailServer, Sender};

/// What the server does with a mail.
#[derive(Clone, Copy)]
pub enum Manner {
    Takes,
    /// Answers every recipient with this line.
    Says(&'static str),
    /// Accepts the connection and says nothing.
    Hangs,
}

/// What came in.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// What the client called itself.
    pub greeting: String,
    pub encrypted: bool,
    pub sender: String,
    pub recipient: String,
    /// The message as it came, without the dots that SMTP adds.
    pub raw: String,
}

impl Received {
    /// Names and values of the header, unfolded.
    pub fn headers(&self) -> Vec<(String, String)> {
        let (head, _) = self.raw.split_once("\r\n\r\n").expect("a header and a body");
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        unfolded.split("\r\n").map(|line| pair(line).expect("a header line")).collect()
    }

    /// Fails unless these are the headers of every mail, once each: a text that smuggles one in adds to them.
    pub fn assert_headers(&self) {
        let headers = self.headers();
        let mut names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let expected = [
            "Auto-Submitted",
            "Content-Transfer-Encoding",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To",
        ];
        assert_eq!(names, expected, "{}", self.raw);
    }

    /// The text, decoded.
    pub fn text(&self) -> String {
        let (_, body) = self.raw.split_once("\r\n\r\n").expect("a header and a body");
        let headers = self.headers();
        let encoding = headers
            .iter()
            .find(|(name, _)| name == "Content-Transfer-Encoding")
            .map(|(_, value)| value.as_str());
        let bytes = match encoding {
            Some("quoted-printable") => unquote(body),
            Some("base64") => BASE64_STANDARD.decode(body.replace("\r\n", "")).expect("base64"),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
    }
}

/// Quoted-printable (RFC 2045): `=3D` is a byte, `=` at the end of a line joins it to the next.
fn unquote(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.extend(hex::decode(&part[..2]).expect("two digits"));
        bytes.extend(part[2..].bytes());
    }
    bytes
}

/// The server; it ends with the test.
pub struct Sink {
    port: u16,
    certificate: String,
    mails: Arc<Mutex<Vec<Received>>>,
    manner: Arc<Mutex<Manner>>,
    _serving: AbortOnDropHandle<()>,
}

impl Sink {
    /// A server that offers this encryption and no other.
    pub async fn start(offers: Encryption) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a server");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let manner = Arc::new(Mutex::new(Manner::Takes));
        let (kept, now) = (Arc::clone(&mails), Arc::clone(&manner));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, kept, manner) = (acceptor.clone(), Arc::clone(&kept), *now.lock());
                tokio::spawn(async move {
                    // A client that leaves in the middle is no failure of the sink.
                    let _ = serve(stream, offers, acceptor, manner, &kept).await;
                });
            }
        });
        Self {
            port,
            certificate: made.cert.pem(),
            mails,
            manner,
            _serving: AbortOnDropHandle::new(serving),
        }
    }

    /// How it is named in the configuration.
    pub fn server(&self, encryption: Encryption) -> MailServer {
        MailServer {
            host: "localhost".to_owned(),
            port: self.port,
            encryption,
            from: Sender {
                name: Some("Acme AI".parse().expect("a name")),
                email: "ai@acme.example".parse().expect("an address"),
            },
            credentials: None,
            ca: Some(self.certificate.clone().into_bytes()),
        }
    }

    /// From the next connection on.
    pub fn behave(&self, manner: Manner) {
        *self.manner.lock() = manner;
    }

    /// All mails so far.
    pub fn mails(&self) -> Vec<Received> {
        self.mails.lock().clone()
    }
}

async fn serve(
    stream: TcpStream,
    offers: Encryption,
    acceptor: TlsAcceptor,
    manner: Manner,
    kept: &Mutex<Vec<Received>>,
) -> std::io::Result<()> {
    if matches!(manner, Manner::Hangs) {
        std::future::pending::<()>().await;
    }
    let mut received = Received::default();
    if offers == Encryption::Tls {
        received.encrypted = true;
        return talk(BufStream::new(acceptor.accept(stream).await?), true, false, manner, received, kept)
            .await
            .map(drop);
    }
    let plain = BufStream::new(stream);
    let Some(plain) = talk(plain, true, offers == Encryption::StartTls, manner, received.clone(), kept).await? else {
        return Ok(());
    };
    received.encrypted = true;
    let secure = BufStream::new(acceptor.accept(plain.into_inner()).await?);
    talk(secure, false, false, manner, received, kept).await.map(drop)
}

/// Speaks SMTP until the client leaves; gives the stream back when it wants TLS.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufStream<S>,
    greet: bool,
    starttls: bool,
    manner: Manner,
    mut received: Received,
    kept: &Mutex<Vec<Received>>,
) -> std::io::Result<Option<BufStream<S>>> {
    if greet {
        say(&mut stream, "220 sink").await?;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "EHLO" => {
                rest.clone_into(&mut received.greeting);
                say(&mut stream, if starttls { "250-sink\r\n250 STARTTLS" } else { "250 sink" }).await?;
            }
            "STARTTLS" if starttls => {
                say(&mut stream, "220 go ahead").await?;
                return Ok(Some(stream));
            }
            "MAIL" => {
                rest.clone_into(&mut received.sender);
                say(&mut stream, "250 ok").await?;
            }
            "RCPT" => {
                rest.clone_into(&mut received.recipient);
                let answer = match manner {
                    Manner::Says(answer) => answer,
                    Manner::Takes | Manner::Hangs => "250 ok",
                };
                say(&mut stream, answer).await?;
            }
            "DATA" => {
                say(&mut stream, "354 go ahead").await?;
                received.raw = message(&mut stream).await?;
                kept.lock().push(received.clone());
                say(&mut stream, "250 taken").await?;
            }
            "QUIT" => {
                say(&mut stream, "221 bye").await?;
                return Ok(None);
            }
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// Up to the line with a dot alone.
async fn message<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>) -> std::io::Result<String> {
    let mut raw = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(raw);
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
