package dev.rheo.encryption;

import dev.rheo.api.name.GroupResource;
import dev.rheo.encryption.config.EncryptionConfig;
import dev.rheo.encryption.config.Provider;
import dev.rheo.encryption.kms.KmsTransformer;
import dev.rheo.encryption.value.AesCbc;
import dev.rheo.encryption.value.AesGcm;
import dev.rheo.encryption.value.IdentityTransformer;
import dev.rheo.encryption.value.PrefixTransformer;
import dev.rheo.encryption.value.PrefixTransformer.Choice;
import dev.rheo.encryption.value.Secretbox;
import dev.rheo.encryption.value.Transformer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The transformers of one configuration. Of the rules for a resource, for all resources of its
 * group, and for all resources, the first that exists counts. A resource without a rule is not
 * encrypted. Thread-safe.
 */
final class ResourceTransformers implements AutoCloseable {
  private static final String V1 = "k8s:enc:%s:v1:";
  private static final String KMS = "k8s:enc:kms:v2:%s:";

  /** No encryption at all. */
  static final ResourceTransformers NONE =
      new ResourceTransformers(Map.of(), List.of(), Duration.ZERO);

  private final Map<GroupResource, Transformer> byResource;
  private final List<KmsTransformer> plugins;
  private final Duration grace;

  private ResourceTransformers(
      Map<GroupResource, Transformer> byResource, List<KmsTransformer> plugins, Duration grace) {
    this.byResource = byResource;
    this.plugins = plugins;
    this.grace = grace;
  }

  /**
   * Makes the transformers, and asks each plugin once how it is.
   *
   * @param scheduler asks the plugins from then on
   */
  static ResourceTransformers of(
      EncryptionConfig config,
      SecureRandom random,
      InstantSource clock,
      ScheduledExecutorService scheduler) {
    Map<GroupResource, List<Choice>> choices = new HashMap<>();
    List<KmsTransformer> plugins = new ArrayList<>();
    Duration grace = Duration.ZERO;
    for (EncryptionConfig.Rule rule : config.rules()) {
      List<Choice> providers = new ArrayList<>();
      for (Provider provider : rule.providers()) {
        providers.add(
            switch (provider) {
              case Provider.Identity _ -> new Choice("", IdentityTransformer.INSTANCE);
              case Provider.AesCbc(var keys) ->
                  keyed("aescbc", "AES", keys, key -> new AesCbc(key, random));
              case Provider.AesGcm(var keys) ->
                  keyed("aesgcm", "AES", keys, key -> new AesGcm(key, random));
              case Provider.Secretbox(var keys) ->
                  keyed("secretbox", "Secretbox", keys, key -> new Secretbox(key, random));
              case Provider.Kms(var name, var socket, var timeout) -> {
                KmsTransformer plugin =
                    KmsTransformer.open(name, socket, timeout, random, clock, scheduler);
                plugins.add(plugin);
                // As upstream: a request under way may use it for that long.
                grace = grace.plus(timeout.multipliedBy(2));
                yield new Choice(KMS.formatted(name), plugin);
              }
            });
      }
      for (GroupResource resource : rule.resources()) {
        choices.computeIfAbsent(resource, r -> new ArrayList<>()).addAll(providers);
      }
    }
    Map<GroupResource, Transformer> byResource = new HashMap<>();
    choices.forEach(
        (resource, of) ->
            byResource.put(resource, new PrefixTransformer(of, "no matching prefix found")));
    return new ResourceTransformers(byResource, List.copyOf(plugins), grace);
  }

  private static Choice keyed(
      String form, String name, List<Provider.Key> keys, Function<byte[], Transformer> make) {
    List<Choice> choices =
        keys.stream().map(key -> new Choice(key.name() + ":", make.apply(key.secret()))).toList();
    return new Choice(
        V1.formatted(form),
        new PrefixTransformer(
            choices, "no matching key was found for the provided %s transformer".formatted(name)));
  }

  /**
   * The transformer of a resource.
   *
   * @param resource null for what is no resource, which is never encrypted
   */
  Transformer of(@Nullable GroupResource resource) {
    if (resource == null || byResource.isEmpty()) {
      return IdentityTransformer.INSTANCE;
    }
    Transformer found = byResource.get(resource);
    if (found == null) {
      found = byResource.get(new GroupResource(resource.group(), EncryptionConfig.ANY));
    }
    if (found == null) {
      found = byResource.get(new GroupResource(EncryptionConfig.ANY, EncryptionConfig.ANY));
    }
    return found == null ? IdentityTransformer.INSTANCE : found;
  }

  boolean hasPlugins() {
    return !plugins.isEmpty();
  }

  /** What is wrong with the plugins; null if all are well. May block for their timeouts. */
  @Nullable String check() {
    List<String> faults = new ArrayList<>(0);
    for (KmsTransformer plugin : plugins) {
      String fault = plugin.check();
      if (fault != null) {
        faults.add(fault);
      }
    }
    return faults.isEmpty() ? null : String.join("; ", faults);
  }

  /** How long calls of the plugins may take that are under way. */
  Duration grace() {
    return grace;
  }

  @Override
  public void close() {
    plugins.forEach(KmsTransformer::close);
  }
}
