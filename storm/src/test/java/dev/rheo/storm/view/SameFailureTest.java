package dev.rheo.storm.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.storm.result.Failure;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SameFailureTest {

  @Test
  void readersThatFailedAlikeAreToldOnce() {
    List<SameFailure> failures =
        SameFailure.of(
            Stream.of(0, 1, 2, 5, 7, 8)
                .map(
                    reader ->
                        reader == 5
                            ? new Failure(5, Failure.Kind.TIMEOUT, "", "not done in 10 s")
                            : new Failure(reader, Failure.Kind.MISSING, "ns/a", "was not sent"))
                .toList());
    assertThat(failures)
        .containsExactly(
            new SameFailure(List.of(0, 1, 2, 7, 8), "missing (ns/a): was not sent"),
            new SameFailure(List.of(5), "timeout: not done in 10 s"));
    assertThat(failures.get(0).who()).isEqualTo("readers 0–2, 7–8");
    assertThat(failures.get(1).who()).isEqualTo("reader 5");
  }

  @Test
  void ofVeryManySomeAreNamed() {
    List<Integer> odd = IntStream.range(0, 50).map(i -> 2 * i + 1).boxed().toList();
    assertThat(new SameFailure(odd, "").who()).isEqualTo("readers 1, 3, 5, 7, 9, 11 and others");
  }
}
