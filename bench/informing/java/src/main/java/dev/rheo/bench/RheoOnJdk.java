package dev.rheo.bench;

import dev.rheo.client.EventHandler;
import dev.rheo.client.Informer;
import dev.rheo.client.Informers;
import dev.rheo.client.reflector.Resource;
import dev.rheo.client.transport.JdkTransport;
import dev.rheo.client.transport.RawObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Rheo's informers on the HTTP client of the JDK, with objects that stay bytes. */
final class RheoOnJdk implements Subject {
  /** The annotations are within so many bytes of the beginning. */
  private static final int METADATA = 1024;

  private final Informer<RawObject> informer;

  RheoOnJdk(String server, String kind, boolean compressed) {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    Informer.Builder<RawObject> builder =
        Informers.on(new JdkTransport(http, URI.create(server), Map.of()))
            .informer(Resource.of("", "v1", kind, null), RawObject.FORMAT);
    informer = (compressed ? builder.keepCompressed() : builder.keepBytes()).build();
  }

  @Override
  public void start(List<Tally> handlers) {
    for (Tally tally : handlers) {
      informer.addHandler(new Handler(tally));
    }
    informer.start();
  }

  private record Handler(Tally tally) implements EventHandler<RawObject> {
    @Override
    public void onAdd(RawObject object, boolean initial) {
      tally.add();
    }

    @Override
    public void onUpdate(RawObject before, RawObject object) {
      tally.update(
          stamp -> {
            byte[] json = object.json();
            String head =
                new String(json, 0, Math.min(METADATA, json.length), StandardCharsets.ISO_8859_1);
            return head.contains("\"" + Tally.ANNOTATION + "\":\"" + stamp + "\"");
          });
    }
  }

  @Override
  public boolean synced() {
    return informer.hasSynced();
  }

  @Override
  public int size() {
    return informer.store().size();
  }
}
