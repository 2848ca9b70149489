package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.ApiException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CertificateSigningRequests: what they must be, and how they are approved and signed. */
class SigningRequestTest {
  private static final String REQUESTS = "certificates.k8s.io/v1/certificatesigningrequests";

  /** A request of CN=a, signed with its key of the curve P-256. */
  static final String PEM =
      "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIRk1HNENBUUF3RERFS01BZ0dBMVVF"
          + "QXd3QllUQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCSmp1K2hMSjg3OWEvdjdCYXpS"
          + "UEMvR3V4cGduZFNKWHd5RzF6WmQ2eWprckpiYkN2N0hIZXl6MzBsVkkyZWR4CjVsZVFkZTRNTFFiVkhH"
          + "QXZlTXl4clFhZ0FEQUtCZ2dxaGtqT1BRUURBZ05IQURCRUFpQS9HSHZjUk5NaER2QWwKdlluVXhzSGpR"
          + "YXEyOEZqRHRYVFEyUzUzcHdtY2F3SWdYdFdLSEFiRTVielZlTUNDT1J4SHNkc0V6MEkzaXFWRgo3aUZw"
          + "Y0I0S3Z4dz0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";

  private static final String SPEC =
      "{'request':'" + PEM + "','signerName':'a.b/c','usages':['client auth']}";

  @TempDir private Path directory;
  private Cluster cluster;

  @BeforeEach
  void open() {
    cluster = new Cluster(directory);
    cluster.create(REQUESTS, "", "{'metadata':{'name':'r'},'spec':" + SPEC + "}");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private JsonNode patch(String subresource, String status) {
    return Cluster.json(
        cluster.patch(
            cluster.path(REQUESTS, "", "r", subresource),
            "application/merge-patch+json",
            "{'status':" + status + "}"));
  }

  private static String condition(String type) {
    return "{'type':'" + type + "','status':'True','reason':'x','message':'y'}";
  }

  @Test
  void isApprovedAndThenSigned() {
    JsonNode approved = patch("approval", "{'conditions':[" + condition("Approved") + "]}");
    JsonNode condition = approved.at("/status/conditions/0");
    assertThat(condition.at("/type").asText()).isEqualTo("Approved");
    assertThat(condition.at("/lastUpdateTime").asText()).isEqualTo(cluster.now.toString());
    assertThat(condition.at("/lastTransitionTime").asText()).isEqualTo(cluster.now.toString());
    JsonNode signed = patch("approval", "{'certificate':'eHg='}");
    assertThat(signed.at("/status").has("certificate")).as("approvers do not sign").isFalse();
    JsonNode whole = cluster.stored(REQUESTS, "", "r");
    assertThat(whole.at("/spec/username").asText()).isEqualTo(Cluster.USER.name());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "approval | {'conditions':[A,D]} | status.conditions: Invalid value: \"Denied\": Approved and Denied conditions are mutually exclusive",
        "approval | {'conditions':[A,A]} | status.conditions[1].type: Duplicate value: \"Approved\"",
        "approval | {'conditions':[{'type':'','status':''}]} | [status.conditions[0].type: Required value, status.conditions[0].status: Required value]",
        "approval | {'conditions':[{'type':'X','status':'Q'}]} | status.conditions[0].status: Unsupported value: \"Q\": supported values: \"False\", \"True\", \"Unknown\"",
        "approval | {'conditions':[{'type':'Approved','status':'False'}]} | status.conditions[0].status: Unsupported value: \"False\": supported values: \"True\"",
        "status | {'conditions':[A]} | status.conditions: Forbidden: updates may not add a condition of type \"Approved\"",
        "status | {'certificate':'eHg='} | status.certificate: Invalid value: \"<certificate data>\": must contain at least one CERTIFICATE PEM block",
        "status | {'certificate':'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KZUE9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K'} | status.certificate: Invalid value: \"<certificate data>\": only CERTIFICATE PEM blocks are allowed, found \"CERTIFICATE REQUEST\""
      })
  void whatNoStatusMayBe(String subresource, String status, String why) {
    assertRefused(
        () ->
            patch(
                subresource,
                status
                    .replaceAll("(?<=[\\[,])A(?=[\\],])", condition("Approved"))
                    .replaceAll("(?<=[\\[,])D(?=[\\],])", condition("Denied"))),
        why);
  }

  @Test
  void whatWasDecidedStays() {
    patch("approval", "{'conditions':[" + condition("Denied") + "]}");
    assertRefused(
        () -> patch("approval", "{'conditions':[" + condition("Approved") + "]}"),
        "status.conditions: Forbidden: updates may not remove a condition of type \"Denied\"");
    assertRefused(
        () -> patch("approval", "{'conditions':[]}"),
        "status.conditions: Forbidden: updates may not remove a condition of type \"Denied\"");
    assertRefused(
        () -> patch("status", "{'conditions':[]}"),
        "status.conditions: Forbidden: updates may not remove a condition of type \"Denied\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'request':'eHg=','signerName':'a.b/c','usages':['any']} | spec.request: Invalid value: \"eHg=\": PEM block type must be CERTIFICATE REQUEST",
        "{'request':'PEM','signerName':'a.b/c','usages':[]} | spec.usages: Required value",
        "{'request':'PEM','signerName':'a.b/c','usages':['any','any']} | spec.usages[1]: Duplicate value: \"any\"",
        "{'request':'PEM','signerName':'bad','usages':['any']} | spec.signerName: Invalid value: \"bad\": must be a fully qualified domain and path of the form 'example.com/signer-name'",
        "{'request':'PEM','signerName':'a/c','usages':['any']} | spec.signerName: Invalid value: \"a\": should be a domain with at least two segments separated by dots",
        "{'request':'PEM','signerName':'kubernetes.io/legacy-unknown','usages':['any']} | spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the legacy signerName is not allowed via this API version",
        "{'request':'PEM','signerName':'a.b/c','usages':['any'],'expirationSeconds':5} | spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)"
      })
  void whatNoRequestMayBe(String spec, String why) {
    assertRefused(
        () ->
            cluster.create(
                REQUESTS,
                "",
                "{'metadata':{'name':'r2'},'spec':" + spec.replace("'PEM'", "'" + PEM + "'") + "}"),
        why);
  }

  private static void assertRefused(Runnable write, String why) {
    assertThatThrownBy(write::run)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(422);
              assertThat(e.status().message()).endsWith("is invalid: " + why);
            });
  }
}
