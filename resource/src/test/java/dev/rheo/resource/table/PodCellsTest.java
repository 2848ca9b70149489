package dev.rheo.resource.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Cases that the recorded pods do not cover. */
class PodCellsTest {
  private static final int STATUS = 2;
  private static final int RESTARTS = 3;
  private static final int IP = 5;
  private static final int GATES = 8;

  private static String cell(int column, String pod) {
    return Rows.cell("pods", column, pod);
  }

  @Test
  void aRestartIsAsOldAsTheReaderSees() {
    assertThat(
            cell(
                RESTARTS,
                """
                {status: {containerStatuses: [
                  {restartCount: 2, lastState: {terminated: {finishedAt: '2026-01-09T23:54:56Z'}}},
                  {restartCount: 1, lastState: {terminated: {finishedAt: '2026-01-01T00:00:00Z'}}},
                  {restartCount: 1, lastState: {terminated: {finishedAt: null}}}]}}"""))
        .isEqualTo("4 (5m4s ago)");
  }

  @Test
  void aTimeWithoutARestartIsNotShown() {
    assertThat(
            cell(
                RESTARTS,
                """
                {status: {containerStatuses: [
                  {restartCount: 0, lastState: {terminated: {finishedAt: '2026-01-09T23:54:56Z'}}}]}}"""))
        .isEqualTo("0");
  }

  @Test
  void restartsOfInitContainersAreForgottenWhenTheyAreDone() {
    String init =
        """
        {spec: {initContainers: [{name: 'i'}]}, status: {initContainerStatuses: [
          {name: 'i', restartCount: 5, state: {terminated: {exitCode: %d}},
           lastState: {terminated: {finishedAt: '2026-01-09T23:59:00Z'}}}]}}""";
    assertThat(cell(RESTARTS, init.formatted(1))).isEqualTo("5 (60s ago)");
    assertThat(cell(RESTARTS, init.formatted(0))).isEqualTo("0");
  }

  @Test
  void theOldAddressCountsWhereTheTwoDiffer() {
    assertThat(cell(IP, "{status: {podIP: '1.1.1.1', podIPs: [{ip: '2.2.2.2'}]}}"))
        .isEqualTo("1.1.1.1");
    assertThat(cell(IP, "{status: {podIP: '1.1.1.1'}}")).isEqualTo("1.1.1.1");
    assertThat(cell(IP, "{status: {podIPs: [{ip: '2.2.2.2'}]}}")).isEqualTo("2.2.2.2");
    assertThat(cell(IP, "{status: {podIPs: []}}")).isEqualTo("<none>");
  }

  @Test
  void aGateLooksAtTheFirstConditionOfItsType() {
    assertThat(
            cell(
                GATES,
                """
                {spec: {readinessGates: [{conditionType: 'a'}, {conditionType: 'b'}]}, status: {
                  conditions: [{type: 'a', status: 'False'}, {type: 'a', status: 'True'},
                               {type: 'b', status: 'True'}]}}"""))
        .isEqualTo("1/2");
  }

  @Test
  void aLostNodeIsUnknownOnlyWhileDeleted() {
    assertThat(cell(STATUS, "{status: {phase: 'Running', reason: 'NodeLost'}}"))
        .isEqualTo("NodeLost");
    assertThat(
            cell(
                STATUS,
                """
                {metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'},
                 status: {phase: 'Failed', reason: 'NodeLost'}}"""))
        .isEqualTo("Unknown");
  }

  @Test
  void anUnnamedEndIsToldByItsSignalOrCode() {
    String ended = "{status: {containerStatuses: [{state: {terminated: {%s}}}]}}";
    assertThat(
            List.of(
                "exitCode: 1, reason: 'OOMKilled', signal: 9",
                "exitCode: 1, signal: 9",
                "exitCode: 1"))
        .extracting(end -> cell(STATUS, ended.formatted(end)))
        .containsExactly("OOMKilled", "Signal:9", "ExitCode:1");
  }

  @Test
  void aFailureOfAnyContainerOutlastsCompletion() {
    assertThat(
            cell(
                STATUS,
                """
                {status: {containerStatuses: [
                  {state: {terminated: {exitCode: 0, reason: 'Completed'}}},
                  {state: {terminated: {exitCode: 1, reason: 'Error'}}},
                  {state: {terminated: {exitCode: 2, reason: 'OOMKilled'}}}]}}"""))
        .isEqualTo("Error");
  }
}
