package dev.rheo.junit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.yaml.YamlForms;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Applies manifests from the class path. */
final class Manifests {
  /** As kubectl, and like it the directive that ends a document. */
  private static final String SEPARATOR = "(?m)^---(?=\\s|$)";

  private static final int MAX_FILE = 16 << 20;
  private static final String MANAGER = "?fieldManager=rheo-junit&force=true";

  private final DirectClient client;
  private final Served served;

  Manifests(DirectClient client) {
    this.client = client;
    this.served = new Served(client);
  }

  /**
   * @param file where it is from, for messages
   */
  private record Manifest(String file, ObjectNode object) {
    String apiVersion() {
      return object.path("apiVersion").asText("");
    }

    String kind() {
      return object.path("kind").asText("");
    }

    String name() {
      return object.path("metadata").path("name").asText("");
    }

    boolean isDefinition() {
      return kind().equals("CustomResourceDefinition")
          && apiVersion().startsWith("apiextensions.k8s.io/");
    }

    boolean isNamespace() {
      return kind().equals("Namespace") && apiVersion().equals("v1");
    }

    IllegalArgumentException refused(String why) {
      String what = kind().isEmpty() ? "an object" : kind() + " " + name();
      return new IllegalArgumentException("%s: %s: %s".formatted(file, what.strip(), why));
    }
  }

  void apply(String... files) {
    List<Manifest> all = new ArrayList<>();
    for (String file : files) {
      read(file, all);
    }
    try {
      List<Manifest> definitions = all.stream().filter(Manifest::isDefinition).toList();
      for (Manifest definition : definitions) {
        apply(definition);
      }
      for (Manifest definition : definitions) {
        served.awaitEstablished(definition.object(), definition::refused);
      }
      for (Manifest each : all) {
        if (each.isNamespace()) {
          apply(each);
        }
      }
      for (Manifest each : all) {
        if (!each.isDefinition() && !each.isNamespace()) {
          apply(each);
        }
      }
    } catch (InterruptedException e) {
      throw Interruption.of(e);
    }
  }

  private static void read(String file, List<Manifest> into) {
    String text = new String(bytes(file), StandardCharsets.UTF_8);
    for (String document : text.split(SEPARATOR, -1)) {
      if (isEmpty(document)) {
        continue;
      }
      ObjectNode object;
      try {
        object = YamlForms.toTree(document.getBytes(StandardCharsets.UTF_8)).tree();
      } catch (MalformedException e) {
        throw new IllegalArgumentException(
            "%s is not a valid manifest: %s".formatted(file, e.getMessage()), e);
      }
      add(file, object, into);
    }
  }

  private static void add(String file, ObjectNode object, List<Manifest> into) {
    if (object.path("kind").asText("").endsWith("List") && object.path("items").isArray()) {
      for (JsonNode item : object.path("items")) {
        if (item instanceof ObjectNode each) {
          add(file, each, into);
        }
      }
      return;
    }
    Manifest manifest = new Manifest(file, object);
    if (manifest.apiVersion().isEmpty() || manifest.kind().isEmpty()) {
      throw manifest.refused("it has no apiVersion or no kind");
    }
    into.add(manifest);
  }

  /** Whether there is nothing but comments. */
  private static boolean isEmpty(String document) {
    return document.lines().allMatch(line -> line.isBlank() || line.stripLeading().startsWith("#"));
  }

  private static byte[] bytes(String file) {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    ClassLoader loader = context != null ? context : Manifests.class.getClassLoader();
    String name = file.startsWith("/") ? file.substring(1) : file;
    if (name.isBlank() || name.endsWith("/")) {
      throw new IllegalArgumentException(
          "'%s' is no file on the class path: name each manifest".formatted(file));
    }
    try (@Nullable InputStream in = loader.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException(
            "%s is not on the class path: give its path below a folder of resources"
                .formatted(file));
      }
      byte[] bytes = in.readNBytes(MAX_FILE + 1);
      if (bytes.length > MAX_FILE) {
        throw new IllegalArgumentException(
            "%s has more than %d bytes: split it".formatted(file, MAX_FILE));
      }
      return bytes;
    } catch (IOException e) {
      throw new IllegalArgumentException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  private void apply(Manifest manifest) throws InterruptedException {
    Served.Resource resource =
        served.find(manifest.apiVersion(), manifest.kind(), manifest::refused);
    JsonNode metadata = manifest.object().path("metadata");
    StringBuilder path = new StringBuilder(Served.root(manifest.apiVersion()));
    if (resource.namespaced()) {
      String namespace = metadata.path("namespace").asText(Kubeconfigs.DEFAULT_NAMESPACE);
      path.append("/namespaces/").append(segment(namespace));
    }
    path.append('/').append(resource.plural());
    byte[] body = manifest.object().toString().getBytes(StandardCharsets.UTF_8);
    DirectClient.Answer answer =
        manifest.name().isEmpty() && metadata.has("generateName")
            ? client.send("POST", path.toString(), "application/json", body)
            : client.send(
                "PATCH",
                path.append('/').append(segment(manifest.name())).append(MANAGER).toString(),
                "application/apply-patch+yaml",
                body);
    if (!answer.isOk()) {
      throw manifest.refused(answer.message());
    }
  }

  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
