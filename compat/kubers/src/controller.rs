//! An operator that is written with kube-rs' `Controller`: a finalizer, children by server-side apply, owner references,
//! events, and a change of a child that wakes it up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Event as CoreEvent, Secret};
use kube::api::{DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, PostParams};
use kube::runtime::controller::Action;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::runtime::finalizer::{Event as Finalizer, finalizer};
use kube::runtime::{Controller, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde_json::json;

use crate::Outcome;
use crate::checks::{check, check_step};

const FINALIZER: &str = "compat.example.com/cleanup";
const PATIENCE: Duration = Duration::from_secs(30);

struct Context {
    client: Client,
    recorder: Recorder,
}

type Failure = kube::runtime::finalizer::Error<kube::Error>;

/// Each ConfigMap with the label gets a Secret with its data.
async fn reconcile(app: Arc<ConfigMap>, context: Arc<Context>) -> Result<Action, Failure> {
    let namespace = app.namespace().unwrap_or_default();
    let apps: Api<ConfigMap> = Api::namespaced(context.client.clone(), &namespace);
    finalizer(&apps, FINALIZER, app, |event| async {
        match event {
            Finalizer::Apply(app) => apply(&app, &context).await,
            Finalizer::Cleanup(app) => clean_up(&app, &context).await,
        }
    })
    .await
}

async fn apply(app: &ConfigMap, context: &Context) -> Result<Action, kube::Error> {
    let secrets: Api<Secret> = Api::namespaced(context.client.clone(), &app.namespace().unwrap_or_default());
    let child = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": app.name_any(), "ownerReferences": [app.controller_owner_ref(&())]},
        "stringData": app.data,
    });
    secrets
        .patch(&app.name_any(), &PatchParams::apply("kubers-operator").force(), &Patch::Apply(child))
        .await?;
    let told = Event {
        type_: EventType::Normal,
        reason: "Applied".into(),
        note: None,
        action: "Apply".into(),
        secondary: None,
    };
    context.recorder.publish(&told, &app.object_ref(&())).await?;
    Ok(Action::await_change())
}

async fn clean_up(app: &ConfigMap, context: &Context) -> Result<Action, kube::Error> {
    let secrets: Api<Secret> = Api::namespaced(context.client.clone(), &app.namespace().unwrap_or_default());
    match secrets.delete(&app.name_any(), &DeleteParams::default()).await {
        Err(kube::Error::Api(status)) if status.code == 404 => {}
        Err(e) => return Err(e),
        Ok(_) => {}
    }
    Ok(Action::await_change())
}

pub async fn run(client: &Client, namespace: &str) -> Outcome<()> {
    let apps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let events: Api<CoreEvent> = Api::namespaced(client.clone(), namespace);
    let context = Arc::new(Context {
        client: client.clone(),
        recorder: Recorder::new(client.clone(), Reporter::from("kubers-operator")),
    });
    let controller = Controller::new(apps.clone(), watcher::Config::default().labels("operated=yes"))
        .owns(secrets.clone(), watcher::Config::default())
        .run(reconcile, |_, _, _| Action::requeue(Duration::from_millis(200)), context)
        .for_each(|_| async {});
    let running = tokio::spawn(controller);

    let app = ConfigMap {
        metadata: ObjectMeta {
            name: Some("operated".into()),
            labels: Some(BTreeMap::from([("operated".into(), "yes".into())])),
            ..ObjectMeta::default()
        },
        data: Some(BTreeMap::from([("n".into(), "1".into())])),
        ..ConfigMap::default()
    };
    apps.create(&PostParams::default(), &app).await?;
    let secret = |wanted: &'static str| {
        let secrets = secrets.clone();
        async move {
            let data = secrets.get("operated").await?.data.unwrap_or_default();
            let got = data.get("n").map(|b| String::from_utf8_lossy(&b.0).to_string());
            Ok(if got.as_deref() == Some(wanted) { String::new() } else { format!("{got:?}, not {wanted}") })
        }
    };
    eventually("Controller: the child is applied", || secret("1")).await;
    check_step("Controller: it has the finalizer", async {
        let f = apps.get("operated").await?.metadata.finalizers.unwrap_or_default();
        Ok(if f == [FINALIZER] { String::new() } else { format!("{f:?}") })
    }
    .await);
    apps.patch("operated", &PatchParams::default(), &Patch::Merge(json!({"data": {"n": "2"}})))
        .await?;
    eventually("Controller: a change is followed", || secret("2")).await;
    secrets
        .patch("operated", &PatchParams::default(), &Patch::Merge(json!({"stringData": {"n": "other"}})))
        .await?;
    eventually("Controller: a change of the child is taken back", || secret("2")).await;
    secrets.delete("operated", &DeleteParams::default()).await?;
    eventually("Controller: a child that is deleted comes back", || secret("2")).await;
    eventually("Controller: events are written", || {
        let events = events.clone();
        async move {
            let list = events.list(&ListParams::default()).await?;
            let told = list.items.iter().any(|e| e.reason.as_deref() == Some("Applied"));
            Ok(if told { String::new() } else { format!("none of {}", list.items.len()) })
        }
    })
    .await;
    apps.delete("operated", &DeleteParams::default()).await?;
    eventually("Controller: the finalizer has run", || {
        let (apps, secrets) = (apps.clone(), secrets.clone());
        async move {
            let left = (apps.get_opt("operated").await?.is_some(), secrets.get_opt("operated").await?.is_some());
            Ok(if left == (false, false) { String::new() } else { format!("left: {left:?}") })
        }
    })
    .await;
    running.abort();
    Ok(())
}

/// Asks until there is no complaint.
pub async fn eventually<F, Fut>(text: &str, ask: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<String, kube::Error>>,
{
    let end = Instant::now() + PATIENCE;
    loop {
        let problem = match ask().await {
            Ok(problem) => problem,
            Err(e) => format!("{e}"),
        };
        if problem.is_empty() || Instant::now() > end {
            check(text, &problem);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
