package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.FilePaths;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks seccomp and AppArmor profiles in annotations, which were there before the fields. */
final class ProfileAnnotations {
  static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
  static final String SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
  static final String SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
  static final String APP_ARMOR_DEPRECATED =
      "deprecated since v1.30; use the \"appArmorProfile\" field instead";
  private static final String LOCALHOST = "localhost/";
  private static final List<String> RUNTIME_DEFAULT = List.of("runtime/default", "docker/default");
  private static final String UNCONFINED = "unconfined";

  private ProfileAnnotations() {}

  static void validate(Field annotations, Field spec) {
    for (Field annotation : annotations.entries()) {
      String key = annotation.name();
      if (key.equals(SECCOMP_POD) || key.startsWith(SECCOMP_CONTAINER)) {
        seccomp(annotation.placed(annotations.at(key)));
      }
    }
    Set<String> containers = null;
    for (Field annotation : annotations.entries()) {
      if (annotation.name().startsWith(APP_ARMOR)) {
        containers = containers == null ? names(spec) : containers;
        appArmor(annotation, containers);
      }
    }
  }

  private static void seccomp(Field profile) {
    String text = profile.text();
    if (text.equals(UNCONFINED) || RUNTIME_DEFAULT.contains(text)) {
      return;
    }
    if (text.startsWith(LOCALHOST)) {
      FilePaths.localDescending(profile.with(TextNode.valueOf(text.substring(LOCALHOST.length()))));
    } else {
      profile.invalid("must be a valid seccomp profile");
    }
  }

  private static Set<String> names(Field spec) {
    Set<String> names = new HashSet<>();
    for (String list : Containers.LISTS) {
      Trees.eachObject(spec.node(), list, c -> names.add(Trees.text(c, "name")));
    }
    return names;
  }

  private static void appArmor(Field annotation, Set<String> containers) {
    String container = annotation.name().substring(APP_ARMOR.length());
    if (!containers.contains(container)) {
      annotation.invalid(container, "container not found");
    }
    String profile = annotation.text();
    if (!profile.isEmpty()
        && !profile.equals("runtime/default")
        && !profile.equals(UNCONFINED)
        && !profile.startsWith(LOCALHOST)) {
      annotation.invalid("invalid AppArmor profile name: " + GoText.quote(profile));
    }
  }

  /** Checks that fields and annotations of a new object say the same. */
  static void matchFields(Field metadata, Field spec) {
    Field annotations = metadata.at("annotations");
    if (annotations.size() == 0) {
      return;
    }
    Field ofPod = spec.at("securityContext", "seccompProfile");
    if (ofPod.present()) {
      matches(annotations.key(SECCOMP_POD), ofPod, ofPod, RUNTIME_DEFAULT, "seccomp");
    }
    Containers.each(
        spec,
        container -> {
          Field own = container.at("securityContext", "seccompProfile");
          if (own.present()) {
            String key = SECCOMP_CONTAINER + container.at("name").text();
            matches(annotations.key(key), own, own, RUNTIME_DEFAULT, "seccomp");
          }
        });
    if (spec.at("os", "name").is("windows")) {
      return;
    }
    Field podProfile = spec.at("securityContext", "appArmorProfile");
    Containers.each(
        spec,
        container -> {
          Field own = container.at("securityContext", "appArmorProfile");
          Field profile = own.present() ? own : podProfile;
          if (profile.present()) {
            String key = APP_ARMOR + container.at("name").text();
            matches(annotations.key(key), profile, own, List.of("runtime/default"), "apparmor");
          }
        });
  }

  /**
   * @param at where a fault is reported
   */
  private static void matches(
      Field annotation, Field profile, Field at, List<String> runtimeDefault, String what) {
    if (annotation.absent()) {
      return;
    }
    String text = annotation.text();
    Field local = profile.at("localhostProfile");
    boolean sameType =
        switch (profile.at("type").text()) {
          case "Unconfined" -> text.equals(UNCONFINED);
          case "RuntimeDefault" -> runtimeDefault.contains(text);
          case "Localhost" -> text.startsWith(LOCALHOST);
          default -> true;
        };
    if (!sameType) {
      at.at("type").forbidden(what + " type in annotation and field must match");
    } else if (profile.at("type").is("Localhost")
        && (local.absent() || !local.is(text.substring(LOCALHOST.length())))) {
      at.at("localhostProfile").forbidden(what + " profile in annotation and field must match");
    }
  }

  /** The AppArmor profile that an annotation stands for; null if it stands for none. */
  static @Nullable ObjectNode appArmorField(String annotation) {
    ObjectNode profile = JsonNodeFactory.instance.objectNode();
    if (annotation.equals(UNCONFINED)) {
      return profile.put("type", "Unconfined");
    }
    if (annotation.equals("runtime/default")) {
      return profile.put("type", "RuntimeDefault");
    }
    return annotation.startsWith(LOCALHOST) && annotation.length() > LOCALHOST.length()
        ? profile
            .put("localhostProfile", annotation.substring(LOCALHOST.length()))
            .put("type", "Localhost")
        : null;
  }

  /** As {@link #appArmorField}, but null for a profile that the field must not have. */
  static @Nullable ObjectNode validAppArmorField(String annotation) {
    ObjectNode profile = appArmorField(annotation);
    FieldErrors errors = new FieldErrors();
    SecurityProfiles.appArmor(Field.root(profile, errors));
    return errors.isEmpty() ? profile : null;
  }
}
