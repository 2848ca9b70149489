package dev.rheo.encryption.value;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses among transformers by what the stored form begins with. The first one writes. What
 * another than the first one read is stale.
 *
 * <p>Several may have the same prefix, as when a provider is named twice with different keys: what
 * one cannot read is tried with the next.
 */
public final class PrefixTransformer implements Transformer {
  /** A transformer, and what its stored forms begin with; nothing for plain text. */
  public record Choice(String prefix, Transformer transformer) {}

  private record Candidate(byte[] prefix, Transformer transformer) {}

  private final List<Candidate> candidates = new ArrayList<>();
  private final String nothing;

  /**
   * @param choices at least one
   * @param nothing what is said of a value that begins with no prefix
   */
  public PrefixTransformer(List<Choice> choices, String nothing) {
    this.nothing = nothing;
    for (Choice choice : choices) {
      candidates.add(
          new Candidate(choice.prefix().getBytes(StandardCharsets.UTF_8), choice.transformer()));
    }
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("no transformer");
    }
  }

  @Override
  public Plain read(byte[] stored, int from, byte[] context) throws TransformException {
    List<String> faults = new ArrayList<>(0);
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      if (!IdentityTransformer.begins(stored, from, candidate.prefix)) {
        continue;
      }
      try {
        Plain plain = candidate.transformer.read(stored, from + candidate.prefix.length, context);
        return i == 0 || plain.stale() ? plain : new Plain(plain.value(), true);
      } catch (TransformException e) {
        if (candidate.prefix.length > 0 && !faults.contains(e.reason())) {
          faults.add(e.reason());
        }
      }
    }
    throw new TransformException(
        switch (faults.size()) {
          case 0 -> nothing;
          case 1 -> faults.getFirst();
          default -> "[" + String.join(", ", faults) + "]";
        });
  }

  @Override
  public byte[] write(byte[] prefix, byte[] value, byte[] context) throws TransformException {
    Candidate first = candidates.getFirst();
    byte[] whole = Arrays.copyOf(prefix, prefix.length + first.prefix.length);
    System.arraycopy(first.prefix, 0, whole, prefix.length, first.prefix.length);
    return first.transformer.write(whole, value, context);
  }
}
