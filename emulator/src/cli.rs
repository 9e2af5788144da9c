//! The command line of the emulator.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::huawei::DemoAccount;
use crate::ims::import_sources::ImportSources;

/// What `--help` prints.
pub const HELP: &str = "\
ims-emulator: a local cloud to try image service clients against

  --port P                image service, 0 (default) picks a free port
  --oss-port Q            object store, 0 (default) picks a free port
  --huawei-port R         Huawei's and OpenStack's services, 0 (default) picks a free port
  --host ADDRESS          address to listen on, default 127.0.0.1; 0.0.0.0 opens it to the network
  --data DIR              where everything is kept, default ./ims-emulator-data
  --token T               require X-Auth-Token: T
  --region R              what x-regionid must say, default region0
  --oss-region R          the object store's region, default us-east-1
  --credential-ttl S      seconds that upload credentials are good for, default 3600
  --quota N               images per tenant, default: no limit
  --import-allow H[:P]    also import from this host; may stand several times (loopback is always allowed)
  --hide-etag             leave ETag out of what browsers may read from the object store
  --oss-sink              throw stored bytes away (for measuring clients)
  --details-public-only   image details (1.4) know public images only
  --pause-jobs            hold background jobs: images stay in saving (POST /_emulator/jobs lets them go)
  --token-ttl S           seconds that Keystone tokens are good for, default 86400
  --huawei-ak AK          access key of the demo account, default EMULATORDEMOAK000001
  --huawei-sk SK          its secret key, default EmulatorDemoSecretKey0000000000000000001
  --huawei-user NAME      name of the demo account's user, default demo-user
  --huawei-password P     its password, default Demo-Password-1
  --huawei-errors SHAPE   errors of /v2/images: glance (default, as Glance writes them) or native (Huawei's JSON)
  --job-millis N          how long Huawei's jobs run at least, default 0
  --seed-demo             add public and private images with real files
  --www DIR               serve a folder at /
  --help, --version

When ready it prints one line of JSON: {\"ims\":\"http://…\",\"oss\":\"http://…\",\"huawei\":\"http://…\"}";

/// What was asked for.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // See HELP.
pub struct Arguments {
    pub port: u16,
    pub oss_port: u16,
    pub huawei_port: u16,
    pub token_ttl: Duration,
    pub huawei_account: DemoAccount,
    pub native_errors: bool,
    pub job_duration: Duration,
    pub host: IpAddr,
    pub data: PathBuf,
    pub token: Option<String>,
    pub region: String,
    pub oss_region: String,
    pub credential_ttl: Duration,
    pub quota: Option<i64>,
    pub import_sources: ImportSources,
    pub hide_etag: bool,
    pub oss_sink: bool,
    pub details_public_only: bool,
    pub pause_jobs: bool,
    pub seed_demo: bool,
    pub www: Option<PathBuf>,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// Serve.
    Run(Box<Arguments>),
    /// Print this text and end.
    Print(String),
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            port: 0,
            oss_port: 0,
            huawei_port: 0,
            token_ttl: Duration::from_secs(86_400),
            huawei_account: DemoAccount::default(),
            native_errors: false,
            job_duration: Duration::ZERO,
            host: IpAddr::from([127, 0, 0, 1]),
            data: PathBuf::from("ims-emulator-data"),
            token: None,
            region: "region0".to_owned(),
            oss_region: "us-east-1".to_owned(),
            credential_ttl: Duration::from_secs(3600),
            quota: None,
            import_sources: ImportSources::default(),
            hide_etag: false,
            oss_sink: false,
            details_public_only: false,
            pause_jobs: false,
            seed_demo: false,
            www: None,
        }
    }
}

/// Reads the command line without the program's name. `--flag value` and `--flag=value` are the same.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let mut arguments = Arguments::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (flag, mut given) = match word.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (word, None),
        };
        if let Some(switch) = switch(&mut arguments, &flag) {
            if let Some(value) = given {
                return Err(format!("{flag} takes no value, but has {value:?}"));
            }
            *switch = true;
            continue;
        }
        match flag.as_str() {
            "--help" | "-h" => return Ok(Command::Print(HELP.to_owned())),
            "--version" => return Ok(Command::Print(format!("ims-emulator {}", env!("CARGO_PKG_VERSION")))),
            _ => {}
        }
        let mut value =
            || given.take().or_else(|| words.next()).ok_or_else(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--port" => arguments.port = number(&flag, &value()?, 0, u16::MAX.into())? as u16,
            "--oss-port" => arguments.oss_port = number(&flag, &value()?, 0, u16::MAX.into())? as u16,
            "--huawei-port" => arguments.huawei_port = number(&flag, &value()?, 0, u16::MAX.into())? as u16,
            "--token-ttl" => {
                arguments.token_ttl = Duration::from_secs(number(&flag, &value()?, 1, 604_800)?);
            }
            "--huawei-ak" => arguments.huawei_account.access_key = header_value(&flag, value()?)?,
            "--huawei-sk" => arguments.huawei_account.secret_key = header_value(&flag, value()?)?,
            "--huawei-user" => arguments.huawei_account.user = filled(&flag, value()?)?,
            "--huawei-password" => arguments.huawei_account.password = filled(&flag, value()?)?,
            "--huawei-errors" => {
                arguments.native_errors = match value()?.as_str() {
                    "glance" => false,
                    "native" => true,
                    other => return Err(format!("--huawei-errors must be glance or native, is {other:?}")),
                };
            }
            "--job-millis" => {
                arguments.job_duration = Duration::from_millis(number(&flag, &value()?, 0, 3_600_000)?);
            }
            "--host" => arguments.host = host(&value()?)?,
            "--data" => arguments.data = PathBuf::from(filled(&flag, value()?)?),
            "--token" => arguments.token = Some(header_value(&flag, value()?)?),
            "--region" => arguments.region = header_value(&flag, value()?)?,
            "--oss-region" => arguments.oss_region = header_value(&flag, value()?)?,
            "--credential-ttl" => {
                // S3's own limit for temporary credentials is 36 hours; a week is plenty here.
                arguments.credential_ttl = Duration::from_secs(number(&flag, &value()?, 1, 604_800)?);
            }
            "--quota" => arguments.quota = Some(number(&flag, &value()?, 0, 1_000_000)? as i64),
            "--import-allow" => {
                let text = value()?;
                arguments
                    .import_sources
                    .allow(&text)
                    .map_err(|reason| format!("--import-allow: {reason}"))?;
            }
            "--www" => arguments.www = Some(folder(&flag, value()?)?),
            _ => return Err(format!("unknown argument {flag:?}; --help lists them")),
        }
    }
    Ok(Command::Run(Box::new(arguments)))
}

fn switch<'a>(arguments: &'a mut Arguments, flag: &str) -> Option<&'a mut bool> {
    Some(match flag {
        "--hide-etag" => &mut arguments.hide_etag,
        "--oss-sink" => &mut arguments.oss_sink,
        "--details-public-only" => &mut arguments.details_public_only,
        "--pause-jobs" => &mut arguments.pause_jobs,
        "--seed-demo" => &mut arguments.seed_demo,
        _ => return None,
    })
}

fn number(flag: &str, text: &str, minimum: u64, maximum: u64) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if (minimum..=maximum).contains(&number) => Ok(number),
        _ => Err(format!("{flag} must be a whole number from {minimum} to {maximum}, is {text:?}")),
    }
}

fn host(text: &str) -> Result<IpAddr, String> {
    let address = if text == "localhost" { "127.0.0.1" } else { text };
    address.parse().map_err(|_| format!("--host must be an IP address or localhost, is {text:?}"))
}

fn filled(flag: &str, text: String) -> Result<String, String> {
    if text.is_empty() { Err(format!("{flag} must not be empty")) } else { Ok(text) }
}

fn header_value(flag: &str, text: String) -> Result<String, String> {
    let sendable = text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if sendable {
        filled(flag, text)
    } else {
        Err(format!("{flag} must be ASCII without spaces, is {text:?}"))
    }
}

fn folder(flag: &str, text: String) -> Result<PathBuf, String> {
    let path = PathBuf::from(filled(flag, text)?);
    if path.is_dir() { Ok(path) } else { Err(format!("{flag}: {} is not a folder", path.display())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str]) -> Result<Arguments, String> {
        match parse(words.iter().map(|word| (*word).to_owned()))? {
            Command::Run(arguments) => Ok(*arguments),
            Command::Print(text) => Err(text),
        }
    }

    #[test]
    fn flags_are_read_in_both_spellings() {
        let read =
            run(&["--port", "80", "--oss-port=0", "--token=a", "--seed-demo", "--import-allow", "h:1"])
                .unwrap();
        assert_eq!(
            (read.port, read.oss_port, read.token.as_deref(), read.seed_demo),
            (80, 0, Some("a"), true)
        );
        assert_eq!(run(&[]).unwrap().host, IpAddr::from([127, 0, 0, 1]));
    }

    #[test]
    fn bad_values_name_the_flag() {
        for words in [
            &["--port", "65536"][..],
            &["--port"],
            &["--quota", "-1"],
            &["--credential-ttl", "0"],
            &["--host", "example"],
            &["--token", ""],
            &["--token", "a b"],
            &["--data", ""],
            &["--www", "/nowhere/at/all"],
            &["--token-ttl", "0"],
            &["--huawei-errors", "html"],
            &["--job-millis", "-1"],
            &["--huawei-ak", ""],
            &["--seed-demo=yes"],
            &["--import-allow", "a/b"],
            &["--nonsense"],
            &["stray"],
        ] {
            let text = run(words).unwrap_err();
            assert!(text.contains(words[0].split('=').next().unwrap()), "{words:?}: {text}");
        }
    }
}
