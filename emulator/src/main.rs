//! The local cloud as a program: reads the command line, serves all services, and ends on SIGTERM or SIGINT.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ims_emulator::cli::{self, Arguments, Command};
use ims_emulator::huawei::{self, Huawei};
use ims_emulator::ims::{self, Ims, Options};
use ims_emulator::seed;
use ims_emulator::server::{Service, Shared, serve};
use ims_emulator::store::{ObjectStore, StoreOptions};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let arguments = match cli::parse(std::env::args().skip(1)) {
        Ok(Command::Run(arguments)) => arguments,
        Ok(Command::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(complaint) => {
            eprintln!("ims-emulator: {complaint}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("no threads: {error}")),
    };
    let outcome = runtime.block_on(run(&arguments));
    // A job in the middle of a file breaks off and begins anew at the next start: nothing waits for it.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => complain(&complaint),
    }
}

fn complain(complaint: &str) -> ExitCode {
    eprintln!("ims-emulator: {complaint}");
    ExitCode::FAILURE
}

async fn run(arguments: &Arguments) -> Result<(), String> {
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| format!("signals: {error}"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| format!("signals: {error}"))?;
    std::fs::create_dir_all(&arguments.data)
        .map_err(|error| format!("--data {}: {error}", arguments.data.display()))?;
    let _lock = lock(&arguments.data)?;
    let (ims_listener, ims_address) =
        listen("--port", SocketAddr::new(arguments.host, arguments.port)).await?;
    let (oss_listener, oss_address) =
        listen("--oss-port", SocketAddr::new(arguments.host, arguments.oss_port)).await?;
    let (huawei_listener, huawei_address) =
        listen("--huawei-port", SocketAddr::new(arguments.host, arguments.huawei_port)).await?;
    let store_options = StoreOptions {
        region: arguments.oss_region.clone(),
        hide_etag: arguments.hide_etag,
        sink: arguments.oss_sink,
    };
    let store = ObjectStore::open(&arguments.data, store_options)
        .map_err(|error| format!("--data {}: {error}", arguments.data.display()))?;
    let options = options(arguments, ims_address, oss_address, huawei_address);
    let ready =
        serde_json::json!({ "ims": options.ims_url, "oss": options.oss_url, "huawei": options.huawei_url });
    let ims = Ims::open(&arguments.data, options, store.clone())?;
    let huawei = Huawei::open(&arguments.data, huawei_options(arguments, huawei_address), store.clone())?;
    if arguments.seed_demo {
        seed::seed(&ims).map_err(|error| format!("--seed-demo: {error}"))?;
    }
    let shared = Shared::new(store.clone());
    shared.faults.add_keeper(huawei.keeper());
    let ims_router = ims::router(&ims, &shared).merge(huawei::control_router(&huawei));
    let huawei_router = huawei::router(&huawei);
    let jobs = tokio::spawn(ims::jobs::run(Arc::clone(&ims)));
    let huawei_jobs = tokio::spawn(huawei::run_jobs(Arc::clone(&huawei)));
    say_ready(&ready.to_string())?;
    let ended = tokio::select! {
        result = serve(ims_listener, Service::Ims, ims_router, shared.clone()) => failed("image service", result),
        result = serve(huawei_listener, Service::Huawei, huawei_router, shared.clone()) => {
            failed("Huawei service", result)
        }
        result = serve(oss_listener, Service::Oss, store.router(), shared) => failed("object store", result),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    };
    ims.jobs.stop();
    jobs.abort();
    huawei_jobs.abort();
    ended
}

/// Keeps the data folder for this process alone; the system gives it up when the process ends, however it ends.
fn lock(data: &Path) -> Result<File, String> {
    let path = data.join("lock");
    let file = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(format!("--data {}: another emulator is using this folder", data.display()))
        }
        Err(TryLockError::Error(error)) => Err(format!("{}: {error}", path.display())),
    }
}

/// The one line on stdout: callers wait for it to learn the ports.
fn say_ready(line: &str) -> Result<(), String> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(|error| format!("stdout: {error}"))
}

fn failed(service: &str, result: std::io::Result<()>) -> Result<(), String> {
    match result {
        Ok(()) => Err(format!("the {service} stopped")),
        Err(error) => Err(format!("the {service} stopped: {error}")),
    }
}

async fn listen(flag: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let complain = |error: std::io::Error| format!("{flag}: cannot listen on {address}: {error}");
    let listener = TcpListener::bind(address).await.map_err(complain)?;
    let bound = listener.local_addr().map_err(complain)?;
    Ok((listener, bound))
}

/// A URL that reaches an address from this machine.
fn url(address: SocketAddr) -> String {
    let mut reachable = address;
    if address.ip().is_unspecified() {
        reachable.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{reachable}")
}

fn huawei_options(arguments: &Arguments, address: SocketAddr) -> huawei::Options {
    huawei::Options {
        url: url(address),
        region: arguments.region.clone(),
        account: arguments.huawei_account.clone(),
        token_ttl: arguments.token_ttl,
        quota: arguments.quota,
        native_errors: arguments.native_errors,
        job_duration: arguments.job_duration,
        pause_jobs: arguments.pause_jobs,
    }
}

fn options(arguments: &Arguments, ims: SocketAddr, oss: SocketAddr, huawei: SocketAddr) -> Options {
    Options {
        region: arguments.region.clone(),
        oss_region: arguments.oss_region.clone(),
        token: arguments.token.clone(),
        quota: arguments.quota,
        credential_ttl: arguments.credential_ttl,
        details_public_only: arguments.details_public_only,
        pause_jobs: arguments.pause_jobs,
        import_sources: arguments.import_sources.clone(),
        www: arguments.www.clone(),
        ims_url: url(ims),
        oss_url: url(oss),
        huawei_url: url(huawei),
        oss_port_on_any_host: oss.ip().is_unspecified().then(|| oss.port()),
    }
}
