//! One request each, and watches read event by event.

use std::time::Duration;

use futures::TryStreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::{Api, Client};
use serde_json::json;

use crate::checks::{check, check_equal, check_step};
use crate::churn::config_map;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn n(o: &ConfigMap) -> String {
    o.data.as_ref().and_then(|d| d.get("n").cloned()).unwrap_or_default()
}

fn code<T>(answer: kube::Result<T>) -> u16 {
    match answer {
        Ok(_) => 200,
        Err(kube::Error::Api(status)) => status.code,
        Err(_) => 0,
    }
}

pub async fn run(client: &Client, compressed: &Client, namespace: &str) -> Outcome<()> {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let post = PostParams::default();
    let one = maps.create(&post, &config_map("one", 1)).await?;
    check_equal("create answers what was sent", "1".to_string(), n(&one));
    check_equal(
        "create of what exists is a conflict",
        409,
        code(maps.create(&post, &config_map("one", 1)).await),
    );
    check_equal("get answers what create did", &one, &maps.get("one").await?);
    check_equal("get of what is not there", None, maps.get_opt("none").await?);
    check_step("get of the metadata alone", metadata_alone(&maps, &one).await);

    let mut next = one.clone();
    next.data = config_map("one", 2).data;
    check_equal("replace", "2".to_string(), n(&maps.replace("one", &post, &next).await?));
    check_equal(
        "replace of an old version is a conflict",
        409,
        code(maps.replace("one", &post, &next).await),
    );
    let params = PatchParams::default();
    let merged = maps
        .patch("one", &params, &Patch::Merge(json!({"data": {"n": "3"}})))
        .await?;
    check_equal("merge patch", "3".to_string(), n(&merged));
    let merged = maps
        .patch("one", &params, &Patch::Strategic(json!({"data": {"n": "4"}})))
        .await?;
    check_equal("strategic merge patch", "4".to_string(), n(&merged));

    for i in 0..7 {
        maps.create(&post, &config_map(&format!("page-{i}"), i)).await?;
    }
    let size = async |lp: &ListParams| maps.list(lp).await.map(|l| l.items.len());
    check_equal(
        "label selector",
        4,
        size(&ListParams::default().labels("even=true")).await?,
    );
    check_equal(
        "field selector",
        1,
        size(&ListParams::default().fields("metadata.name=page-3")).await?,
    );
    let metadata = maps.list_metadata(&ListParams::default()).await;
    check_equal("list of metadata", 8, metadata.map_or(0, |list| list.items.len()));
    let (mut items, mut pages, mut page) = (0, 0, ListParams::default().limit(3));
    loop {
        let list = maps.list(&page).await?;
        items += list.items.len();
        pages += 1;
        match list.metadata.continue_.filter(|c| !c.is_empty()) {
            Some(more) => page = page.continue_token(&more),
            None => break,
        }
    }
    check_equal("a list in pages of 3", (8, 3), (items, pages));

    check_step("watch, event by event", event_by_event(client, namespace).await);
    check_step(
        "compressed watch, event by event",
        event_by_event(compressed, namespace).await,
    );

    maps.delete("one", &DeleteParams::default()).await?;
    check(
        "delete",
        if maps.get_opt("one").await?.is_none() {
            ""
        } else {
            "it is there"
        },
    );
    maps.delete_collection(&DeleteParams::default(), &ListParams::default().labels("even"))
        .await?;
    check_equal(
        "delete of a collection",
        0,
        size(&ListParams::default().labels("even")).await?,
    );
    Ok(())
}

async fn metadata_alone(maps: &Api<ConfigMap>, one: &ConfigMap) -> Outcome<String> {
    let got = maps.get_metadata("one").await?;
    let kind = got.types.map(|t| t.kind).unwrap_or_default();
    Ok(if got.metadata == one.metadata && kind == "PartialObjectMetadata" {
        String::new()
    } else {
        format!("it is a {kind} with {:?}", got.metadata)
    })
}

/// Each event is written only after the one before it has arrived.
async fn event_by_event(client: &Client, namespace: &str) -> Outcome<String> {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let version = maps.list(&ListParams::default()).await?.metadata.resource_version;
    let params = WatchParams::default().fields("metadata.name=page-1");
    let mut events = Box::pin(maps.watch(&params, &version.unwrap_or_default()).await?);
    for i in 10..20 {
        maps.replace("page-1", &PostParams::default(), &config_map("page-1", i))
            .await?;
        match tokio::time::timeout(Duration::from_secs(10), events.try_next()).await?? {
            Some(WatchEvent::Modified(o)) if n(&o) == i.to_string() => {}
            other => return Ok(format!("wanted MODIFIED {i}, got {other:?}")),
        }
    }
    Ok(String::new())
}
