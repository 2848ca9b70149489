package dev.rheo.resource.type;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ApiVersionsTest {
  /** The example of Kubernetes' documentation of CustomResourceDefinition. */
  private static final List<String> DOCUMENTED =
      List.of(
          "v10",
          "v2",
          "v1",
          "v11beta2",
          "v10beta3",
          "v3beta1",
          "v12alpha1",
          "v11alpha2",
          "foo1",
          "foo10");

  @Test
  void releasesComeFirstAndOtherTextsLast() {
    for (int seed = 0; seed < 20; seed++) {
      List<String> versions = new ArrayList<>(DOCUMENTED);
      Collections.shuffle(versions, new Random(seed));
      versions.sort(ApiVersions.ORDER);
      assertThat(versions).isEqualTo(DOCUMENTED);
    }
  }

  @Test
  void aTextThatIsNoVersionIsNoFault() {
    List<String> versions =
        new ArrayList<>(List.of("v0", "", "v1beta", "v123456789012345678901", "v1"));
    versions.sort(ApiVersions.ORDER);
    assertThat(versions).startsWith("v1");
  }
}
