//! Creates, updates and deletes objects, and knows what was acknowledged. Each worker has objects of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{DeleteParams, ListParams, ObjectMeta, PostParams};
use kube::{Api, Client, ResourceExt};

const WORKERS: u32 = 4;

/// The last acknowledged state of an object.
#[derive(Clone, Default)]
struct Written {
    worker: u32,
    uid: String,
    n: u32,
    changes: u32,
    deleted: bool,
    unsure: bool, // a request got no answer: it may have been carried out or not
}

pub struct Churn {
    maps: Api<ConfigMap>,
    secrets: Api<Secret>,
    next: AtomicU32,
    writes: AtomicU32,
    objects: Mutex<HashMap<String, Written>>,
}

pub fn config_map(name: &str, n: u32) -> ConfigMap {
    ConfigMap {
        metadata: metadata(name, n),
        data: Some(BTreeMap::from([("n".to_string(), n.to_string())])),
        ..ConfigMap::default()
    }
}

fn secret(name: &str, n: u32) -> Secret {
    Secret {
        metadata: metadata(name, n),
        data: Some(BTreeMap::from([(
            "n".to_string(),
            ByteString(n.to_string().into_bytes()),
        )])),
        type_: Some("Opaque".to_string()),
        ..Secret::default()
    }
}

fn metadata(name: &str, n: u32) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_string()),
        labels: Some(BTreeMap::from([("even".to_string(), (n % 2 == 0).to_string())])),
        ..ObjectMeta::default()
    }
}

impl Churn {
    pub fn new(client: &Client, namespace: &str) -> Arc<Churn> {
        Arc::new(Churn {
            maps: Api::namespaced(client.clone(), namespace),
            secrets: Api::namespaced(client.clone(), namespace),
            next: AtomicU32::new(0),
            writes: AtomicU32::new(0),
            objects: Mutex::new(HashMap::new()),
        })
    }

    pub async fn seed(&self, count: u32) {
        for i in 0..count {
            self.create(i % WORKERS).await;
        }
    }

    /// Churns until the answer is ended.
    pub fn start(self: &Arc<Churn>) -> Running {
        let over = Arc::new(AtomicBool::new(false));
        let workers = (0..WORKERS)
            .map(|worker| {
                let (churn, over) = (self.clone(), over.clone());
                tokio::spawn(async move {
                    let mut turn = worker;
                    while !over.load(Ordering::Relaxed) {
                        turn += 1;
                        churn.step(worker, turn).await;
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                })
            })
            .collect();
        Running { over, workers }
    }

    async fn step(&self, worker: u32, turn: u32) {
        match self.pick(worker) {
            Some((key, o)) if turn % 10 < 7 => {
                let (resource, name) = key.split_once('/').unwrap();
                if turn % 7 < 2 {
                    let answer = self.delete(resource, name).await;
                    self.acknowledge(key.clone(), o.clone(), o.n, true, answer);
                } else {
                    let answer = self.put(resource, name, o.n + 1, false).await;
                    self.acknowledge(key.clone(), o.clone(), o.n + 1, false, answer);
                }
            }
            _ => self.create(worker).await,
        }
    }

    fn pick(&self, worker: u32) -> Option<(String, Written)> {
        let objects = self.objects.lock().unwrap();
        objects
            .iter()
            .find(|(_, o)| o.worker == worker && !o.deleted && !o.unsure)
            .map(|(key, o)| (key.clone(), o.clone()))
    }

    async fn create(&self, worker: u32) {
        let i = self.next.fetch_add(1, Ordering::Relaxed);
        let resource = if i.is_multiple_of(2) { "secrets" } else { "configmaps" };
        let name = format!("o-{i}");
        let o = Written {
            worker,
            ..Written::default()
        };
        let answer = self.put(resource, &name, 1, true).await;
        self.acknowledge(format!("{resource}/{name}"), o, 1, false, answer);
    }

    /// The uid of what was written.
    async fn put(&self, resource: &str, name: &str, n: u32, create: bool) -> kube::Result<String> {
        let params = PostParams::default();
        let uid = if resource == "configmaps" {
            let object = config_map(name, n);
            match create {
                true => self.maps.create(&params, &object).await?.uid(),
                false => self.maps.replace(name, &params, &object).await?.uid(),
            }
        } else {
            let object = secret(name, n);
            match create {
                true => self.secrets.create(&params, &object).await?.uid(),
                false => self.secrets.replace(name, &params, &object).await?.uid(),
            }
        };
        Ok(uid.unwrap_or_default())
    }

    async fn delete(&self, resource: &str, name: &str) -> kube::Result<String> {
        let params = DeleteParams::default();
        match resource {
            "configmaps" => self.maps.delete(name, &params).await.map(|_| ())?,
            _ => self.secrets.delete(name, &params).await.map(|_| ())?,
        }
        Ok(String::new())
    }

    fn acknowledge(&self, key: String, mut o: Written, n: u32, deleted: bool, answer: kube::Result<String>) {
        match answer {
            Err(_) => o.unsure = true,
            Ok(uid) => {
                self.writes.fetch_add(1, Ordering::Relaxed);
                (o.n, o.deleted) = (n, deleted);
                o.changes += 1;
                if !uid.is_empty() {
                    o.uid = uid;
                }
            }
        }
        self.objects.lock().unwrap().insert(key, o);
    }

    /// By uid, how often each object of a resource was changed, of those of which it is certain.
    pub fn changes(&self, resource: &str) -> HashMap<String, u32> {
        let objects = self.objects.lock().unwrap();
        objects
            .iter()
            .filter(|(key, o)| key.starts_with(resource) && !o.uid.is_empty() && !o.unsure)
            .map(|(_, o)| (o.uid.clone(), o.changes))
            .collect()
    }

    pub fn writes(&self) -> u32 {
        self.writes.load(Ordering::Relaxed)
    }

    /// What is missing on the server of what it acknowledged, empty if nothing.
    pub async fn missing(&self) -> Result<String, Box<dyn std::error::Error>> {
        let mut server = HashMap::new();
        for o in self.maps.list(&ListParams::default()).await? {
            let n = o.data.as_ref().and_then(|d| d.get("n").cloned());
            server.insert(format!("configmaps/{}", o.name_any()), n.unwrap_or_default());
        }
        for o in self.secrets.list(&ListParams::default()).await? {
            let n = o.data.as_ref().and_then(|d| d.get("n").cloned());
            let n = String::from_utf8(n.unwrap_or_default().0)?;
            server.insert(format!("secrets/{}", o.name_any()), n);
        }
        for (key, o) in self.objects.lock().unwrap().iter().filter(|(_, o)| !o.unsure) {
            let wanted = (!o.deleted).then(|| o.n.to_string());
            if server.get(key) != wanted.as_ref() {
                return Ok(format!(
                    "{key}: acknowledged {wanted:?}, on the server {:?}",
                    server.get(key)
                ));
            }
        }
        Ok(String::new())
    }
}

pub struct Running {
    over: Arc<AtomicBool>,
    workers: Vec<tokio::task::JoinHandle<()>>,
}

impl Running {
    pub async fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        for worker in self.workers {
            let _ = worker.await;
        }
    }
}
