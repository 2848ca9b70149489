//! Holds a server to what kube-rs needs: requests, watches, and reflectors that follow churn through restarts of the
//! server and end with exactly what the server holds.
//!
//!     compat-kubers --kubeconfig FILE [--restarts "COMMAND;;COMMAND"] [--churn SECONDS] [--upstream]
//!
//! `--restarts`: shell commands, each of which restarts the server and returns when it is ready.
//! `--upstream`: the server is kube-apiserver, which forgets its history when it is restarted.

mod book;
mod checks;
mod churn;
mod controller;
mod custom;
mod requests;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::api::{DeleteParams, ListParams, ObjectMeta, PartialObjectMeta, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::watcher;
use kube::{Api, Client, Config};

use book::{Book, States, states};
use checks::{check, check_step};
use churn::Churn;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

struct Settings {
    kubeconfig: String,
    restarts: Vec<String>,
    churn: Duration,
    upstream: bool,
}

fn settings() -> Outcome<Settings> {
    let mut s = Settings {
        kubeconfig: std::env::var("KUBECONFIG").unwrap_or_default(),
        restarts: vec![],
        churn: Duration::from_secs(3),
        upstream: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{option} needs a value"));
        match option.as_str() {
            "--kubeconfig" => s.kubeconfig = value()?,
            "--restarts" => s.restarts = value()?.split(";;").map(|c| c.trim().to_string()).collect(),
            "--churn" => s.churn = Duration::from_secs_f64(value()?.parse()?),
            "--upstream" => s.upstream = true,
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    Ok(s)
}

async fn client(settings: &Settings, compress: bool) -> Outcome<Client> {
    let kubeconfig = Kubeconfig::read_from(&settings.kubeconfig)?;
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    config.disable_compression = !compress;
    Ok(Client::try_from(config)?)
}

#[tokio::main]
async fn main() {
    if let Err(e) = run().await {
        check("the course of the test", &format!("{e:?}"));
    }
    std::process::exit(checks::end());
}

async fn run() -> Outcome<()> {
    let settings = settings()?;
    let plain = client(&settings, false).await?;
    let compressed = client(&settings, true).await?;
    let namespace = format!(
        "kubers-{}",
        SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos()
    );
    let namespaces: Api<Namespace> = Api::all(plain.clone());
    let metadata = ObjectMeta {
        name: Some(namespace.clone()),
        ..ObjectMeta::default()
    };
    let object = Namespace {
        metadata,
        ..Namespace::default()
    };
    namespaces.create(&PostParams::default(), &object).await?;
    let outcome = course(&settings, &plain, &compressed, &namespace).await;
    let _ = namespaces.delete(&namespace, &DeleteParams::default()).await;
    outcome
}

async fn course(settings: &Settings, plain: &Client, compressed: &Client, namespace: &str) -> Outcome<()> {
    requests::run(plain, compressed, namespace).await?;
    controller::run(plain, namespace).await?;
    custom::run(plain, namespace).await?;
    let churn = Churn::new(plain, namespace);
    churn.seed(40).await;
    let mut books = start(plain, compressed, namespace);
    let judge = Judge {
        maps: Api::namespaced(plain.clone(), namespace),
        secrets: Api::namespaced(plain.clone(), namespace),
        all_secrets: Api::all(plain.clone()),
    };
    for book in &books {
        let end = Instant::now() + Duration::from_secs(30);
        while book.synced() == 0 && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        check(
            &format!("{}: synced", book.name),
            if book.synced() == 1 { "" } else { "not within 30 s" },
        );
    }
    books.retain(|book| book.synced() > 0); // the others have failed already

    let running = churn.start();
    tokio::time::sleep(settings.churn).await;
    running.end().await;
    settle(&books, &judge, &churn, "after churn", true).await;
    for (i, command) in settings.restarts.iter().enumerate() {
        let when = format!("after restart {}", i + 1);
        println!("     restart {}: {command}", i + 1);
        let running = churn.start();
        tokio::time::sleep(settings.churn / 2).await;
        let output = tokio::process::Command::new("sh")
            .args(["-c", command])
            .output()
            .await?;
        if !output.status.success() {
            return Err(format!("restart {command:?} failed: {output:?}").into());
        }
        tokio::time::sleep(settings.churn).await;
        running.end().await;
        settle(&books, &judge, &churn, &when, !settings.upstream).await;
        check_step(
            &format!("{when}: all acknowledged writes are there"),
            churn.missing().await,
        );
    }
    println!("     {} writes", churn.writes());
    for book in &books {
        let (text, wrong) = book.verdict();
        check(&text, &wrong);
        if !settings.upstream {
            let problem = if book.synced() == 1 { "" } else { "it started anew" };
            check(&format!("{}: its watch was always resumed", book.name), problem);
        }
    }
    Ok(())
}

fn start(plain: &Client, compressed: &Client, namespace: &str) -> Vec<Book> {
    let listed = watcher::Config::default;
    let streamed = || watcher::Config::default().streaming_lists();
    let (p, c) = (|| plain.clone(), || compressed.clone());
    let maps = |client| Api::<ConfigMap>::namespaced(client, namespace);
    let meta_maps = |client| Api::<PartialObjectMeta<ConfigMap>>::namespaced(client, namespace);
    let meta_secrets = |client| Api::<PartialObjectMeta<Secret>>::namespaced(client, namespace);
    let all_secrets = |client| Api::<Secret>::all(client);
    vec![
        Book::start("configmaps, list and watch", true, maps(p()), listed()),
        Book::start("configmaps, watch list", true, maps(p()), streamed()),
        Book::start("configmaps, watch list, gzip", true, maps(c()), streamed()),
        Book::start(
            "configmaps, label selector, pages of 10, gzip",
            false,
            maps(c()),
            listed().labels("even=true").page_size(10),
        ),
        Book::start(
            "configmaps, label selector, watch list",
            false,
            maps(p()),
            streamed().labels("even=true"),
        ),
        Book::start(
            "secrets of all namespaces, any version",
            true,
            all_secrets(p()),
            listed().any_semantic(),
        ),
        Book::start(
            "secrets of all namespaces, watch list, gzip",
            true,
            all_secrets(c()),
            streamed(),
        ),
        Book::start("configmaps metadata, list and watch", true, meta_maps(p()), listed()),
        Book::start(
            "configmaps metadata, watch list, gzip",
            true,
            meta_maps(c()),
            streamed(),
        ),
        Book::start("secrets metadata, watch list", true, meta_secrets(p()), streamed()),
    ]
}

/// Asks the server what it holds.
struct Judge {
    maps: Api<ConfigMap>,
    secrets: Api<Secret>,
    all_secrets: Api<Secret>,
}

impl Judge {
    async fn server(&self, book: &Book) -> kube::Result<States> {
        let all = ListParams::default();
        Ok(if book.name.contains("all namespaces") {
            states(&self.all_secrets.list(&all).await?.items)
        } else if book.name.contains("secrets") {
            states(&self.secrets.list(&all).await?.items)
        } else if book.name.contains("label selector") {
            states(&self.maps.list(&all.labels("even=true")).await?.items)
        } else {
            states(&self.maps.list(&all).await?.items)
        })
    }
}

async fn settle(books: &[Book], judge: &Judge, churn: &Churn, when: &str, count: bool) {
    for book in books {
        let end = Instant::now() + Duration::from_secs(60);
        let (mut size, mut problem);
        loop {
            (size, problem) = match judge.server(book).await {
                Ok(server) => (server.len(), book.difference(&server)),
                Err(e) => (0, e.to_string()),
            };
            if problem.is_empty() || Instant::now() > end {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        check(
            &format!("{}: {when}, equals the server's {size} objects", book.name),
            &problem,
        );
        if book.counted && count {
            let resource = if book.name.contains("secrets") {
                "secrets"
            } else {
                "configmaps"
            };
            let changes = churn.changes(resource);
            check(
                &format!(
                    "{}: {when}, each change of {} objects was told once",
                    book.name,
                    changes.len()
                ),
                &book.miscounted(&changes),
            );
        }
    }
}
