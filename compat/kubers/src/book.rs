//! What one watcher was told, checked as it comes, and the state of its reflector's store.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use k8s_openapi::serde::de::DeserializeOwned;
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::{self, Store};
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Resource, ResourceExt};

/// namespace/name → uid/resourceVersion
pub type States = HashMap<String, String>;

pub fn key<K: Resource>(o: &K) -> String {
    format!("{}/{}", o.namespace().unwrap_or_default(), o.name_any())
}

pub fn state<K: Resource>(o: &K) -> String {
    format!(
        "{}/{}",
        o.uid().unwrap_or_default(),
        o.resource_version().unwrap_or_default()
    )
}

pub fn states<'a, K: Resource + 'a>(objects: impl IntoIterator<Item = &'a K>) -> States {
    objects.into_iter().map(|o| (key(o), state(o))).collect()
}

fn version(state: &str) -> u64 {
    state.rsplit('/').next().and_then(|v| v.parse().ok()).unwrap_or(0)
}

#[derive(Default)]
struct Told {
    objects: States,
    initial: Option<States>,
    history: HashMap<String, u32>,
    synced: u32,
    applied: u32,
    deleted: u32,
    errors: u32,
    wrong: Vec<String>,
}

impl Told {
    fn fault(&mut self, text: String) {
        if self.wrong.len() < 5 {
            self.wrong.push(text);
        }
    }

    fn apply(&mut self, key: String, uid: String, state: String) {
        self.applied += 1;
        if let Some(had) = self.objects.get(&key)
            && (*had == state || had.starts_with(&uid) && version(had) > version(&state))
        {
            let text = format!("{key} went from {had} to {state}");
            self.fault(text);
        }
        *self.history.entry(uid).or_default() += 1;
        self.objects.insert(key, state);
    }

    fn delete(&mut self, key: String, uid: String) {
        self.deleted += 1;
        if self.objects.remove(&key).is_none() {
            self.fault(format!("deleted but not known: {key}"));
        }
        *self.history.entry(uid).or_default() += 1;
    }

    fn hear<K: Resource>(&mut self, event: &Event<K>) {
        match event {
            Event::Init => self.initial = Some(States::new()),
            Event::InitApply(o) => {
                let known = self.objects.get(&key(o)) == Some(&state(o));
                if !known {
                    *self.history.entry(o.uid().unwrap_or_default()).or_default() += 1;
                }
                if let Some(initial) = &mut self.initial {
                    initial.insert(key(o), state(o));
                }
            }
            Event::InitDone => {
                self.objects = self.initial.take().unwrap_or_default();
                self.synced += 1;
            }
            Event::Apply(o) => self.apply(key(o), o.uid().unwrap_or_default(), state(o)),
            Event::Delete(o) => self.delete(key(o), o.uid().unwrap_or_default()),
        }
    }
}

/// One watcher with a reflector behind it.
pub struct Book {
    pub name: &'static str,
    /// Whether it sees all changes of all objects of the resource, so that they can be counted.
    pub counted: bool,
    told: Arc<Mutex<Told>>,
    stored: Box<dyn Fn() -> States + Send + Sync>,
}

impl Book {
    /// Starts to watch.
    pub fn start<K>(name: &'static str, counted: bool, api: Api<K>, config: watcher::Config) -> Book
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    {
        let (store, writer): (Store<K>, _) = reflector::store();
        let told = Arc::new(Mutex::new(Told::default()));
        let ear = told.clone();
        tokio::spawn(async move {
            let mut events = Box::pin(watcher(api, config).default_backoff().reflect(writer));
            while let Some(event) = events.next().await {
                let mut told = ear.lock().unwrap();
                match event {
                    Ok(event) => told.hear(&event),
                    Err(_) => told.errors += 1, // the watcher goes on by itself
                }
            }
        });
        Book {
            name,
            counted,
            told,
            stored: Box::new(move || states(store.state().iter().map(|o| o.as_ref()))),
        }
    }

    pub fn synced(&self) -> u32 {
        self.told.lock().unwrap().synced
    }

    /// What is wrong between this and the server, empty if nothing.
    pub fn difference(&self, server: &States) -> String {
        let stored = difference(server, &(self.stored)(), "store");
        if stored.is_empty() {
            difference(server, &self.told.lock().unwrap().objects, "events")
        } else {
            stored
        }
    }

    /// The objects, by uid, of which it was not told each change exactly once.
    pub fn miscounted(&self, changes: &HashMap<String, u32>) -> String {
        let told = self.told.lock().unwrap();
        let bad: Vec<_> = changes
            .iter()
            .map(|(uid, n)| (uid, n, told.history.get(uid).copied().unwrap_or(0)))
            .filter(|(_, n, got)| got != *n)
            .collect();
        match bad.first() {
            None => String::new(),
            Some((uid, n, got)) => format!("{} were not, as {uid}: {got} of {n}", bad.len()),
        }
    }

    pub fn verdict(&self) -> (String, String) {
        let told = self.told.lock().unwrap();
        (
            format!(
                "{}: no missed or doubled event ({} applied, {} deleted, {} errors on the way)",
                self.name, told.applied, told.deleted, told.errors
            ),
            told.wrong.join("; "),
        )
    }
}

fn difference(wanted: &States, got: &States, holder: &str) -> String {
    for (key, state) in wanted {
        if got.get(key) != Some(state) {
            return format!("{holder}: {key} is {:?}, on the server {state}", got.get(key));
        }
    }
    match got.keys().find(|key| !wanted.contains_key(*key)) {
        Some(key) => format!("{holder}: {key} is not on the server"),
        None => String::new(),
    }
}
