package dev.rheo.server.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Status;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.custom.ObjectConverter;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.webhook.Answer;
import dev.rheo.server.webhook.WebhookClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Converts objects by asking a webhook (ConversionReview, {@code apiextensions.k8s.io/v1} or {@code
 * v1beta1}). Its answer is not trusted: kind, name, namespace and uid must be as they were, and of
 * all other metadata only labels and annotations are taken over.
 *
 * <p>Source: {@code pkg/apiserver/conversion} of k8s.io/apiextensions-apiserver, which also has the
 * messages. A failure is a 500 without a reason, as there.
 */
final class WebhookConverter implements ObjectConverter {
  /** An answer may be twice as long as the question, and this. */
  private static final int MARGIN = 4 << 20;

  private final JsonNode webhook;
  private final Connections connections;
  private final InstantSource clock;
  private final Supplier<String> uids;
  private final Duration patience;
  private volatile @Nullable WebhookClient client;

  /**
   * @param webhook {@code spec.conversion.webhook} of a valid definition
   */
  WebhookConverter(
      JsonNode webhook,
      Connections connections,
      InstantSource clock,
      Supplier<String> uids,
      Duration patience) {
    this.webhook = webhook;
    this.connections = connections;
    this.clock = clock;
    this.uids = uids;
    this.patience = patience;
  }

  @Override
  public List<ObjectNode> convert(List<ObjectNode> objects, String apiVersion) {
    ObjectNode first = objects.getFirst();
    String who = "conversion webhook for " + kind(first);
    String version = ConversionReview.version(Trees.strings(webhook, "conversionReviewVersions"));
    if (version == null) {
      throw failure("no supported conversion review versions");
    }
    List<JsonNode> converted;
    try {
      String uid = uids.get();
      byte[] review = ConversionReview.request(version, uid, objects, apiVersion);
      WebhookClient asked = client();
      int most = Math.addExact(2 * review.length, MARGIN);
      Answer answer = Meter.<Answer, CallException>outside(() -> asked.post(review, most));
      converted = ConversionReview.converted(answer, version, uid);
    } catch (CallException e) {
      throw failure(who + " failed: " + e.getMessage());
    }
    if (converted.size() != objects.size()) {
      throw failure(
          who + " returned %d objects, expected %d".formatted(converted.size(), objects.size()));
    }
    List<ObjectNode> judged = new ArrayList<>(objects.size());
    for (int i = 0; i < objects.size(); i++) {
      try {
        judged.add(ConvertedObject.judged(objects.get(i), converted.get(i), apiVersion));
      } catch (ConvertedObject.RefusedException e) {
        throw failure(
            e.isPrefixed()
                ? "conversion webhook for " + kind(objects.get(i)) + e.getMessage()
                : String.valueOf(e.getMessage()));
      }
    }
    return judged;
  }

  private WebhookClient client() throws CallException {
    WebhookClient known = client;
    if (known == null) {
      known = new WebhookClient(webhook.path("clientConfig"), connections, clock, patience);
      client = known;
    }
    return known;
  }

  private static String kind(ObjectNode object) {
    return GroupVersionKind.of(Trees.text(object, "apiVersion"), Trees.text(object, "kind"))
        .toString();
  }

  private static ApiException failure(String message) {
    return new ApiException(Status.failure(500, "", message, null));
  }
}
