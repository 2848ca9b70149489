package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Readers of derived forms in the simulation; some leave before they have what they asked for. */
final class FormClient {
  /** The JSON reversed. */
  private final class Backwards extends FormKind {
    Backwards(String name) {
      super(name);
    }

    @Override
    protected Made make(Source source) {
      world.scheduler.point("making");
      byte[] json = source.json();
      byte[] made = new byte[json.length];
      for (int i = 0; i < json.length; i++) {
        made[i] = json[json.length - 1 - i];
      }
      return Made.plain(made);
    }
  }

  private final SimulatedWorld world;
  private final List<FormKind> kinds = List.of(new Backwards("one"), new Backwards("two"));

  /** The failed system calls when no form was being made last, and in which cache. */
  private long idleFaults;

  private @Nullable WatchCache idle;

  FormClient(SimulatedWorld world) {
    this.world = world;
  }

  /** The forms of current objects that are there. */
  int count(WatchCache cache) {
    int count = 0;
    EntryCursor entries = cache.resource("pods").snapshot().entries("", null);
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      for (FormKind kind : kinds) {
        count += cache.forms().find(Place.of(entry), kind, 0) == null ? 0 : 1;
        count += cache.forms().find(Place.of(entry), kind, other(entry)) == null ? 0 : 1;
      }
    }
    return count;
  }

  private static long other(Entry entry) {
    return 1_000_000_000 + entry.revision();
  }

  void read() {
    WatchCache cache = world.cache;
    Snapshot snapshot = cache.resource("pods").snapshot();
    if (snapshot.size() == 0) {
      return;
    }
    if (idle != cache || cache.makers().pending() == 0) {
      idle = cache;
      idleFaults = world.disk.faults;
    }
    // A failure may be that of a form that another reader asked for earlier.
    long faults = idleFaults;
    Entry entry = snapshot.at(world.random.nextInt(snapshot.size()));
    FormKind kind = kinds.get(world.random.nextInt(kinds.size()));
    long revision = world.random.nextInt(4) == 0 ? other(entry) : 0;
    FormReader reader = new FormReader(cache);
    ByteBuffer dst = world.buffer();
    try {
      String form = read(reader, kind, entry, revision, snapshot, dst);
      if (form != null) {
        String json = world.pods.at(entry.revision()).get(entry.key());
        String told = revision == 0 ? json : json.replace(own(entry.revision()), own(revision));
        world.invariants.formIsAFunctionOfItsVersion(
            entry, new StringBuilder(told).reverse().toString(), form);
      }
    } catch (IOException e) {
      if (!world.isClosed(cache)) {
        world.invariants.noErrorWithoutFault(e, faults);
      }
    } finally {
      world.giveBack(dst);
    }
    reader.close();
  }

  private static String own(long revision) {
    return "\"resourceVersion\":\"" + revision + "\"";
  }

  /** Null if the reader left. */
  private @Nullable String read(
      FormReader reader,
      FormKind kind,
      Entry entry,
      long revision,
      Snapshot snapshot,
      ByteBuffer dst)
      throws IOException {
    while (true) {
      boolean[] told = {false};
      Form form = reader.form(kind, entry, revision);
      if (form == null) {
        EntryCursor ahead =
            revision == 0 && world.random.nextBoolean() ? snapshot.entries("", entry.key()) : null;
        reader.make(kind, entry, revision, ahead, () -> told[0] = true);
        if (world.random.nextInt(8) == 0) {
          return null;
        }
        world.answered(told, kind + " of " + entry);
        continue;
      }
      if (dst.position() == form.length()) {
        return SimulatedWorld.text(dst);
      }
      int most = 1 + world.random.nextInt(16 << 10);
      if (reader.read(form, dst.position(), most, dst) == FormReader.NOT_IN_MEMORY) {
        reader.load(form, dst.position(), () -> told[0] = true);
        world.answered(told, "a load of " + kind + " of " + entry);
      }
    }
  }
}
