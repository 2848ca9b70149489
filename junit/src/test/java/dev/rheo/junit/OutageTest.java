package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.junit.fault.Faults;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A test may leave its server stopped: the next one has it again, and without the faults. */
@RheoServer
@TestMethodOrder(MethodOrderer.MethodName.class)
class OutageTest {
  private RheoApiServer server;
  private Faults faults;

  @Test
  void first() {
    faults.onList("configmaps").internalError();
    server.stop();
  }

  @Test
  void second() throws Exception {
    assertThat(server.isRunning()).isTrue();
    try (RawClient client = new RawClient(server)) {
      assertThat(client.get("/api/v1/configmaps").statusCode()).isEqualTo(200);
    }
  }
}
