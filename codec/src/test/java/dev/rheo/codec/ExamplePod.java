package dev.rheo.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.schema.TypeTable;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/**
 * A typical pod of some 10 KB: two containers with environment variables, probes, volumes, managed
 * fields and a status. Names, values and ids depend on the seed; the rest is always the same.
 */
public final class ExamplePod {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Parts of the names of environment variables. */
  private static final String[] TERMS =
      ("DATABASE CACHE QUEUE SERVICE HOST PORT URL USER TIMEOUT RETRIES LIMIT POOL SIZE REGION ZONE CLUSTER"
              + " TOPIC GROUP BROKER ENDPOINT METRICS TRACING LOG LEVEL FEATURE FLAG ENABLED INTERVAL BATCH"
              + " WORKERS PAYMENT ORDER INVOICE CUSTOMER ACCOUNT SHIPPING CATALOG SEARCH INDEX BACKEND")
          .split(" ");

  private ExamplePod() {}

  /** The pod's canonical JSON, with a resourceVersion. */
  public static byte[] json(long seed) {
    Random random = new Random(seed);
    String app = "payments-" + word(random);
    String name = app + "-" + Long.toString(random.nextLong(1L << 40), 36) + "-" + word(random);
    ObjectNode pod = MAPPER.createObjectNode().put("kind", "Pod").put("apiVersion", "v1");
    ObjectNode metadata = pod.putObject("metadata");
    metadata.put("name", name).put("generateName", app + "-").put("namespace", word(random));
    metadata.put("uid", uuid(random)).put("resourceVersion", "" + random.nextInt(1 << 30));
    metadata.put("creationTimestamp", "2026-11-22T09:03:15Z");
    metadata.putObject("labels").put("app", app).put("pod-template-hash", word(random));
    metadata
        .putObject("annotations")
        .put("prometheus.io/scrape", "true")
        .put("checksum", uuid(random));
    ObjectNode owner = metadata.putArray("ownerReferences").addObject();
    owner.put("apiVersion", "apps/v1").put("kind", "ReplicaSet").put("name", app);
    owner.put("uid", uuid(random)).put("controller", true).put("blockOwnerDeletion", true);
    ObjectNode spec = pod.putObject("spec");
    ObjectNode volume = spec.putArray("volumes").addObject().put("name", "kube-api-access");
    volume.putObject("projected").put("defaultMode", 420);
    ArrayNode containers = spec.putArray("containers");
    ObjectNode fields = MAPPER.createObjectNode();
    for (int i = 0; i < 2; i++) {
      containers.add(container(random, app + i, fields));
    }
    spec.put("restartPolicy", "Always").put("terminationGracePeriodSeconds", 30);
    spec.put("dnsPolicy", "ClusterFirst").put("serviceAccountName", app).put("serviceAccount", app);
    spec.put("nodeName", "ip-10-0-" + random.nextInt(256) + "-" + random.nextInt(256));
    spec.put("schedulerName", "default-scheduler").put("priority", 0);
    ObjectNode managed = metadata.putArray("managedFields").addObject();
    managed.put("manager", "kube-controller-manager").put("operation", "Update");
    managed
        .put("apiVersion", "v1")
        .put("time", "2026-11-22T09:03:15Z")
        .put("fieldsType", "FieldsV1");
    managed.set("fieldsV1", MAPPER.createObjectNode().set("f:spec", fields));
    ObjectNode status = pod.putObject("status").put("phase", "Running");
    ArrayNode conditions = status.putArray("conditions");
    for (String type : new String[] {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
      conditions
          .addObject()
          .put("type", type)
          .put("status", "True")
          .put("lastTransitionTime", "2026-11-22T09:03:%02dZ".formatted(random.nextInt(60)));
    }
    status.put("podIP", "10.1.2." + random.nextInt(256)).put("qosClass", "Burstable");
    return Canonicalizer.encodeAnswer(pod, TypeTable.builtIn().type("v1", "Pod"));
  }

  private static ObjectNode container(Random random, String name, ObjectNode fields) {
    ObjectNode container = MAPPER.createObjectNode().put("name", name);
    container.put(
        "image", "registry.example.com/" + name + "@sha256:" + uuid(random) + uuid(random));
    ObjectNode keys =
        fields.withObjectProperty("f:containers").putObject("k:{\"name\":\"" + name + "\"}");
    ArrayNode env = container.putArray("env");
    for (int i = 0; i < 35; i++) {
      String variable = term(random) + "_" + term(random) + "_" + term(random);
      String value = "%s-%s.%s.svc:%d";
      env.addObject()
          .put("name", variable)
          .put(
              "value",
              value
                  .formatted(term(random), term(random), name, 1 + random.nextInt(10_000))
                  .toLowerCase(Locale.ROOT));
      keys.withObjectProperty("f:env")
          .putObject("k:{\"name\":\"" + variable + "\"}")
          .putObject(".");
    }
    container
        .putObject("resources")
        .putObject("requests")
        .put("cpu", "100m")
        .put("memory", "128Mi");
    ObjectNode probe = container.putObject("livenessProbe");
    probe.putObject("httpGet").put("path", "/healthz").put("port", 8080).put("scheme", "HTTP");
    probe.put("timeoutSeconds", 1).put("periodSeconds", 10).put("failureThreshold", 3);
    container
        .putArray("volumeMounts")
        .addObject()
        .put("name", "kube-api-access")
        .put("readOnly", true)
        .put("mountPath", "/var/run/secrets/kubernetes.io/serviceaccount");
    container.put("terminationMessagePath", "/dev/termination-log");
    container.put("terminationMessagePolicy", "File").put("imagePullPolicy", "IfNotPresent");
    return container;
  }

  private static String term(Random random) {
    return TERMS[random.nextInt(TERMS.length)];
  }

  private static String word(Random random) {
    return Long.toString(random.nextLong(36L * 36 * 36 * 36 * 36), 36);
  }

  private static String uuid(Random random) {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }
}
