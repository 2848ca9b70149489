package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Upstream's admission plugin ServiceAccount: a new pod must have a service account that exists,
 * and gets a volume with a token of it, and its image pull secrets.
 *
 * <p>Mirror pods, which a kubelet reports, get nothing and may refer to no secrets. The check of
 * ephemeral containers against the annotation {@code kubernetes.io/enforce-mountable-secrets} is
 * left out.
 */
public final class ServiceAccountAdmission implements AdmissionPlugin {

  private static final String DEFAULT_ACCOUNT = "default";
  private static final String MIRROR = "kubernetes.io/config.mirror";
  private static final String ENFORCED = "kubernetes.io/enforce-mountable-secrets";
  private static final String VOLUME = "kube-api-access-";
  private static final String MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

  /** Upstream's lifetime of these tokens, which the issuer extends to a year. */
  private static final int TOKEN_SECONDS = 3607;

  private static final int FILE_MODE = 0644;

  /** How often the default account is looked for: a controller makes it after its namespace. */
  private static final int ATTEMPTS = 10;

  /** Approximate heap of a mount, and of the volume. */
  private static final long MOUNT_BYTES = 512;

  private static final long VOLUME_BYTES = 4 << 10;

  private static final List<String> TRUE = List.of("1", "t", "T", "true", "TRUE", "True");

  /** Finds service accounts. */
  public interface Accounts {

    /** The account in the store, or null. The tree is the caller's. */
    @Nullable ObjectNode find(String namespace, String name);
  }

  /** Waits a moment before the default account is looked for again. */
  public interface Pause {
    void await();
  }

  private final Accounts accounts;
  private final RandomGenerator random;
  private final Pause pause;

  /**
   * @param random for the names of volumes
   */
  public ServiceAccountAdmission(Accounts accounts, RandomGenerator random, Pause pause) {
    this.accounts = accounts;
    this.random = random;
    this.pause = pause;
  }

  @Override
  public void admit(AdmissionRequest request) {
    if (!request.isOf("pods") || !request.isCreate()) {
      return;
    }
    ObjectNode object = request.object();
    ObjectNode spec = Trees.need(object, "spec");
    try {
      if (Trees.at(object, "metadata", "annotations", MIRROR) != null) {
        admitMirror(spec);
      } else {
        admit(spec, request.namespace());
      }
    } catch (RefusedException e) {
      throw request.forbidden(String.valueOf(e.getMessage()));
    }
  }

  /** Why a pod is refused. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String why) {
      super(why);
    }
  }

  private static void admitMirror(ObjectNode spec) throws RefusedException {
    if (!Trees.text(spec, "serviceAccountName").isEmpty()) {
      throw new RefusedException("a mirror pod may not reference service accounts");
    }
    if (PodSecrets.any(spec)) {
      throw new RefusedException("a mirror pod may not reference secrets");
    }
    for (ObjectNode volume : Trees.objects(spec, "volumes")) {
      for (ObjectNode source : Trees.objects(volume, "projected", "sources")) {
        if (Trees.object(source, "serviceAccountToken") != null) {
          throw new RefusedException(
              "a mirror pod may not use ServiceAccountToken volume projections");
        }
      }
    }
  }

  private void admit(ObjectNode spec, String namespace) throws RefusedException {
    String name = Trees.text(spec, "serviceAccountName");
    if (name.isEmpty()) {
      name = DEFAULT_ACCOUNT;
      spec.put("serviceAccountName", name).put("serviceAccount", name);
    }
    ObjectNode account = account(namespace, name);
    if (automounts(account, spec)) {
      mountToken(spec);
    }
    if (Trees.isEmpty(spec, "imagePullSecrets") && !Trees.isEmpty(account, "imagePullSecrets")) {
      spec.set("imagePullSecrets", TreeCopies.of(account).get("imagePullSecrets"));
    }
    String enforced = Trees.text(account, "metadata", "annotations", ENFORCED);
    String fault = TRUE.contains(enforced) ? PodSecrets.notMountable(spec, account) : null;
    if (fault != null) {
      throw new RefusedException(fault);
    }
  }

  private ObjectNode account(String namespace, String name) throws RefusedException {
    int attempts = name.equals(DEFAULT_ACCOUNT) ? ATTEMPTS : 1;
    ObjectNode account = accounts.find(namespace, name);
    for (int i = 1; account == null && i < attempts; i++) {
      pause.await();
      account = accounts.find(namespace, name);
    }
    if (account == null) {
      throw new RefusedException(
          "error looking up service account %s/%s: serviceaccount \"%s\" not found"
              .formatted(namespace, name, name));
    }
    return account;
  }

  private static boolean automounts(ObjectNode account, ObjectNode spec) {
    String field = "automountServiceAccountToken";
    if (Trees.has(spec, field)) {
      return Trees.flag(spec, field);
    }
    return !Trees.has(account, field) || Trees.flag(account, field);
  }

  private void mountToken(ObjectNode spec) {
    String name = null;
    for (ObjectNode volume : Trees.objects(spec, "volumes")) {
      if (name == null && Trees.text(volume, "name").startsWith(VOLUME)) {
        name = Trees.text(volume, "name");
      }
    }
    boolean isThere = name != null;
    String mounted = name == null ? Names.generate(VOLUME, random::nextInt) : name;
    boolean needed = false;
    for (String containers : List.of("initContainers", "containers")) {
      for (ObjectNode container : Trees.objects(spec, containers)) {
        needed |= mount(container, mounted);
      }
    }
    if (needed && !isThere) {
      addVolume(Trees.needArray(spec, "volumes").addObject().put("name", mounted));
    }
  }

  /** Mounts the volume, unless the container has another at its path. */
  private static boolean mount(ObjectNode container, String volume) {
    for (ObjectNode mount : Trees.objects(container, "volumeMounts")) {
      if (Trees.text(mount, "mountPath").equals(MOUNT_PATH)) {
        return false;
      }
    }
    Meter.charge(MOUNT_BYTES);
    Trees.needArray(container, "volumeMounts")
        .addObject()
        .put("name", volume)
        .put("readOnly", true)
        .put("mountPath", MOUNT_PATH);
    return true;
  }

  private static void addVolume(ObjectNode volume) {
    Meter.charge(VOLUME_BYTES);
    ObjectNode projected = volume.putObject("projected");
    var sources = projected.putArray("sources");
    sources
        .addObject()
        .putObject("serviceAccountToken")
        .put("expirationSeconds", TOKEN_SECONDS)
        .put("path", "token");
    ObjectNode authority = sources.addObject().putObject("configMap");
    authority.put("name", "kube-root-ca.crt");
    authority.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
    sources
        .addObject()
        .putObject("downwardAPI")
        .putArray("items")
        .addObject()
        .put("path", "namespace")
        .putObject("fieldRef")
        .put("apiVersion", "v1")
        .put("fieldPath", "metadata.namespace");
    projected.put("defaultMode", FILE_MODE);
  }
}
