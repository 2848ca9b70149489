//! An operator with a type of its own: the definition is derived in two versions, applied and awaited; the objects are
//! reconciled with kube-rs' `Controller`, a finalizer and the status.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, ValidationDirective};
use kube::core::crd::merge_crds;
use kube::discovery::{ApiCapabilities, Scope, verbs};
use kube::runtime::controller::Action;
use kube::runtime::finalizer::{Event as Finalizer, finalizer};
use kube::runtime::wait::{await_condition, conditions};
use kube::runtime::{Controller, watcher};
use kube::{Api, Client, CustomResource, CustomResourceExt, KubeSchema, Resource, ResourceExt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Outcome;
use crate::checks::{check, check_step};
use crate::controller::eventually;

const NAME: &str = "gears.kubers.example.com";
const FINALIZER: &str = "kubers.example.com/cleanup";
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(CustomResource, KubeSchema, Clone, Debug, Deserialize, Serialize)]
#[kube(
    group = "kubers.example.com",
    version = "v2",
    kind = "Gear",
    namespaced,
    shortname = "gr",
    selectable = ".spec.metal"
)]
#[kube(status = "GearStatus")]
#[kube(scale(spec_replicas_path = ".spec.teeth", status_replicas_path = ".status.teeth"))]
#[kube(printcolumn(name = "Teeth", type_ = "integer", json_path = ".spec.teeth"))]
pub struct GearSpec {
    #[x_kube(validation = Rule::new("self == oldSelf").message("a metal stays"))]
    pub metal: String,
    #[serde(default = "eight")]
    #[x_kube(validation = Rule::new("self > 2").message("too few teeth"))]
    pub teeth: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
}

fn eight() -> i32 {
    8
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub enum Size {
    Millimeters(i32),
    Name(String),
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GearStatus {
    pub teeth: i32,
    pub observed_generation: Option<i64>,
}

/// The first version, which is not stored.
mod v1 {
    use super::*;

    #[derive(CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
    #[kube(
        group = "kubers.example.com",
        version = "v1",
        kind = "Gear",
        namespaced,
        deprecated = "use v2"
    )]
    #[kube(status = "GearStatus", shortname = "gr")]
    pub struct GearSpec {
        pub metal: String,
        pub teeth: Option<i32>,
    }
}

type Failure = kube::runtime::finalizer::Error<kube::Error>;

/// Each gear gets a ConfigMap with its teeth.
async fn reconcile(gear: Arc<Gear>, client: Arc<Client>) -> Result<Action, Failure> {
    let gears: Api<Gear> = Api::namespaced((*client).clone(), &gear.namespace().unwrap_or_default());
    finalizer(&gears, FINALIZER, gear, |event| async {
        match event {
            Finalizer::Apply(gear) => apply(&gear, &gears, &client).await,
            Finalizer::Cleanup(gear) => clean_up(&gear, &client).await,
        }
    })
    .await
}

async fn apply(gear: &Gear, gears: &Api<Gear>, client: &Client) -> Result<Action, kube::Error> {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &gear.namespace().unwrap_or_default());
    let child = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": gear.name_any(), "ownerReferences": [gear.controller_owner_ref(&())]},
        "data": {"teeth": gear.spec.teeth.to_string()},
    });
    let parameters = PatchParams::apply("kubers-gears").force();
    maps.patch(&gear.name_any(), &parameters, &Patch::Apply(child)).await?;
    let status = json!({
        "apiVersion": "kubers.example.com/v2",
        "kind": "Gear",
        "status": GearStatus { teeth: gear.spec.teeth, observed_generation: gear.metadata.generation },
    });
    gears
        .patch_status(&gear.name_any(), &parameters, &Patch::Apply(status))
        .await?;
    Ok(Action::await_change())
}

/// The child is left to the garbage collector; a second one, without an owner, is deleted here.
async fn clean_up(gear: &Gear, client: &Client) -> Result<Action, kube::Error> {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &gear.namespace().unwrap_or_default());
    match maps.delete("gear-notes", &DeleteParams::default()).await {
        Err(kube::Error::Api(status)) if status.code == 404 => {}
        Err(e) => return Err(e),
        Ok(_) => {}
    }
    Ok(Action::await_change())
}

fn gear(name: &str, metal: &str, teeth: Option<i32>) -> Value {
    let mut spec = json!({"metal": metal});
    if let Some(teeth) = teeth {
        spec["teeth"] = teeth.into();
    }
    json!({"apiVersion": "kubers.example.com/v2", "kind": "Gear", "metadata": {"name": name}, "spec": spec})
}

pub async fn run(client: &Client, namespace: &str) -> Outcome<()> {
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let definition = merge_crds(vec![Gear::crd(), v1::Gear::crd()], "v2")?;
    let applied = definitions
        .patch(NAME, &PatchParams::apply("kubers").force(), &Patch::Apply(&definition))
        .await?;
    let established = await_condition(definitions.clone(), NAME, conditions::is_crd_established());
    check(
        "custom: the definition is applied and established",
        match tokio::time::timeout(PATIENCE, established).await {
            Ok(Ok(_)) => "",
            _ => "it is not",
        },
    );
    eventually("custom: it is discovered", || discovered(client)).await;
    let again = definitions
        .patch(NAME, &PatchParams::apply("kubers").force(), &Patch::Apply(&definition))
        .await?;
    let unchanged = again.metadata.generation == applied.metadata.generation;
    check(
        "custom: applying it again changes nothing",
        if unchanged { "" } else { "its generation has changed" },
    );

    let gears: Api<Gear> = Api::namespaced(client.clone(), namespace);
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let running = tokio::spawn(
        Controller::new(gears.clone(), watcher::Config::default())
            .owns(maps.clone(), watcher::Config::default())
            .run(
                reconcile,
                |_, _, _| Action::requeue(Duration::from_millis(200)),
                Arc::new(client.clone()),
            )
            .for_each(|_| async {}),
    );
    check_step("custom: the life of an object", life(&gears, &maps).await);
    check_step("custom: what is refused", refusals(&gears).await);
    check_step(
        "custom: the other version",
        other_version(client, namespace, &gears, &maps).await,
    );
    check_step("custom: scale and selected fields", views(&gears, &maps).await);
    check_step(
        "custom: the end",
        end(&definitions, &gears, &maps, applied.uid().unwrap_or_default()).await,
    );
    running.abort();
    Ok(())
}

async fn discovered(client: &Client) -> kube::Result<String> {
    let (resource, capabilities): (_, ApiCapabilities) = kube::discovery::pinned_kind(
        client,
        &kube::api::GroupVersionKind::gvk("kubers.example.com", "v1", "Gear"),
    )
    .await?;
    let right = resource.plural == "gears"
        && capabilities.scope == Scope::Namespaced
        && capabilities.supports_operation(verbs::PATCH);
    let group = kube::discovery::group(client, "kubers.example.com").await?;
    let preferred = group.preferred_version_or_latest().to_string();
    Ok(if right && preferred == "v2" {
        String::new()
    } else {
        format!("{resource:?} {capabilities:?}, preferred {preferred}")
    })
}

async fn follows(what: &str, gears: &Api<Gear>, maps: &Api<ConfigMap>, name: &'static str, teeth: i32) {
    eventually(what, || async move {
        let child = maps.get(name).await?.data.unwrap_or_default().remove("teeth");
        let gear = gears.get(name).await?;
        let status = gear.status.unwrap_or_default();
        let right = child == Some(teeth.to_string())
            && status.teeth == teeth
            && status.observed_generation == gear.metadata.generation;
        Ok(if right {
            String::new()
        } else {
            format!("the child has {child:?}, the status {status:?}, not {teeth}")
        })
    })
    .await;
}

async fn life(gears: &Api<Gear>, maps: &Api<ConfigMap>) -> Outcome<String> {
    let ours = PatchParams::apply("somebody");
    let one = gears
        .patch("one", &ours, &Patch::Apply(gear("one", "iron", None)))
        .await?;
    check(
        "custom: an object is applied, with its default",
        if one.spec.teeth == 8 { "" } else { "it is not set" },
    );
    follows("custom: it is reconciled", gears, maps, "one", 8).await;
    gears
        .patch("one", &ours, &Patch::Apply(gear("one", "iron", Some(12))))
        .await?;
    follows("custom: a change is followed", gears, maps, "one", 12).await;
    let other = PatchParams::apply("another");
    let answer = gears
        .patch("one", &other, &Patch::Apply(gear("one", "iron", Some(13))))
        .await;
    check(
        "custom: another manager conflicts",
        &code(answer, 409, "conflict with \"somebody\": .spec.teeth"),
    );
    maps.delete("one", &DeleteParams::default()).await?;
    follows("custom: a child that is deleted comes back", gears, maps, "one", 12).await;
    let mut entry = gears.entry("one").await?.or_insert(|| unreachable!("it is there"));
    entry.get_mut().spec.size = Some(Size::Millimeters(20));
    entry.commit(&PostParams::default()).await?;
    let size = gears.get("one").await?.spec.size;
    Ok(if matches!(size, Some(Size::Millimeters(20))) {
        String::new()
    } else {
        format!("its size is {size:?}")
    })
}

fn code<T: std::fmt::Debug>(answer: kube::Result<T>, code: u16, message: &str) -> String {
    match answer {
        Err(kube::Error::Api(status)) if status.code == code && status.message.contains(message) => String::new(),
        other => format!("{other:?}"),
    }
}

async fn refusals(gears: &Api<Gear>) -> Outcome<String> {
    let create = PatchParams::apply("somebody");
    let answer = gears
        .patch("bad", &create, &Patch::Apply(gear("bad", "iron", Some(1))))
        .await;
    check(
        "custom: a rule is held",
        &code(answer, 422, "spec.teeth: Invalid value: 1: too few teeth"),
    );
    let answer = gears
        .patch(
            "one",
            &PatchParams::default(),
            &Patch::Merge(json!({"spec": {"metal": "gold"}})),
        )
        .await;
    check(
        "custom: a transition rule is held",
        &code(answer, 422, "spec.metal: Invalid value: \"gold\": a metal stays"),
    );
    let both = json!({"spec": {"size": {"Millimeters": 3, "Name": "small"}}});
    let answer = gears.patch("one", &PatchParams::default(), &Patch::Merge(both)).await;
    check(
        "custom: one of two variants is demanded",
        &code(answer, 422, "must validate one and only one schema (oneOf)"),
    );
    let strict = PatchParams {
        field_validation: Some(ValidationDirective::Strict),
        ..PatchParams::default()
    };
    let answer = gears
        .patch("one", &strict, &Patch::Merge(json!({"spec": {"colour": "red"}})))
        .await;
    check(
        "custom: strict validation",
        &code(answer, 422, "unknown field \"spec.colour\""),
    );
    let answer = gears
        .patch(
            "one",
            &PatchParams::default(),
            &Patch::Strategic(json!({"spec": {"teeth": 9}})),
        )
        .await;
    Ok(code(answer, 415, ""))
}

async fn other_version(client: &Client, namespace: &str, gears: &Api<Gear>, maps: &Api<ConfigMap>) -> Outcome<String> {
    let old: Api<v1::Gear> = Api::namespaced(client.clone(), namespace);
    let spec = v1::GearSpec {
        metal: "brass".into(),
        teeth: Some(20),
    };
    let made = old.create(&PostParams::default(), &v1::Gear::new("old", spec)).await?;
    check(
        "custom: an object is created in the other version",
        if made.spec.teeth == Some(20) {
            ""
        } else {
            "without its teeth"
        },
    );
    follows("custom: and reconciled in the stored one", gears, maps, "old", 20).await;
    let versions = old.list(&ListParams::default()).await?;
    let told = versions.types.api_version == "kubers.example.com/v1" && versions.items.len() == 2;
    check(
        "custom: the other version is listed",
        if told { "" } else { "it is not" },
    );
    let mut events = std::pin::pin!(watcher(old.clone(), watcher::Config::default().streaming_lists()));
    old.patch(
        "old",
        &PatchParams::default(),
        &Patch::Merge(json!({"spec": {"teeth": 21}})),
    )
    .await?;
    let seen = tokio::time::timeout(PATIENCE, async {
        while let Some(event) = events.next().await {
            match event {
                Ok(watcher::Event::Apply(g) | watcher::Event::InitApply(g)) if g.spec.teeth == Some(21) => return true,
                _ => {}
            }
        }
        false
    })
    .await;
    Ok(if seen == Ok(true) {
        String::new()
    } else {
        "its watcher does not see the change".into()
    })
}

async fn views(gears: &Api<Gear>, maps: &Api<ConfigMap>) -> Outcome<String> {
    let brass = gears.list(&ListParams::default().fields("spec.metal=brass")).await?;
    let names: Vec<_> = brass.iter().map(ResourceExt::name_any).collect();
    check(
        "custom: a field is selected",
        if names == ["old"] { "" } else { "it is not" },
    );
    let scale = gears.get_scale("old").await?;
    let replicas = scale.spec.and_then(|s| s.replicas);
    check(
        "custom: the scale is read",
        if replicas == Some(21) { "" } else { "it is another" },
    );
    gears
        .patch_scale(
            "old",
            &PatchParams::default(),
            &Patch::Merge(json!({"spec": {"replicas": 30}})),
        )
        .await?;
    follows("custom: it is scaled", gears, maps, "old", 30).await;
    let metas = gears.list_metadata(&ListParams::default()).await?;
    Ok(if metas.items.len() == 2 {
        String::new()
    } else {
        format!("{} metadata", metas.items.len())
    })
}

async fn end(
    definitions: &Api<CustomResourceDefinition>,
    gears: &Api<Gear>,
    maps: &Api<ConfigMap>,
    uid: String,
) -> Outcome<String> {
    gears.delete("old", &DeleteParams::default()).await?;
    eventually(
        "custom: the finalizer has run, and the child is collected",
        || async move {
            let left = (
                gears.get_opt("old").await?.is_some(),
                maps.get_opt("old").await?.is_some(),
            );
            Ok(if left == (false, false) {
                String::new()
            } else {
                format!("left: {left:?}")
            })
        },
    )
    .await;
    definitions.delete(NAME, &DeleteParams::default()).await?;
    let deleted = await_condition(definitions.clone(), NAME, conditions::is_deleted(&uid));
    let gone = matches!(tokio::time::timeout(PATIENCE, deleted).await, Ok(Ok(_)));
    check(
        "custom: the definition is deleted with the others",
        if gone { "" } else { "it is not" },
    );
    eventually("custom: its path is gone", || async move {
        Ok(code(gears.list(&ListParams::default()).await, 404, ""))
    })
    .await;
    Ok(String::new())
}
