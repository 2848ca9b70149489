package dev.rheo.server.aggregation.document;

import dev.rheo.resource.publish.ExtensionSpec;
import dev.rheo.resource.publish.OpenApi;
import java.util.Map;

/** What is kept of a document of an extension API server. Immutable. */
sealed interface Content {
  Content NONE = new Resources("");

  /** Approximate heap of an entry of a map, besides its texts. */
  int ENTRY = 200;

  /** Approximate heap. */
  long bytes();

  /**
   * Of discovery.
   *
   * @param json a JSON array; empty if there are none
   */
  record Resources(String json) implements Content {
    @Override
    public long bytes() {
      return json.length();
    }
  }

  /** Of the OpenAPI v3 index: the URLs of the documents by their paths. */
  record Urls(Map<String, String> byPath) implements Content {
    @Override
    public long bytes() {
      long bytes = 0;
      for (Map.Entry<String, String> url : byPath.entrySet()) {
        bytes += ENTRY + url.getKey().length() + url.getValue().length();
      }
      return bytes;
    }
  }

  /** An OpenAPI v3 document that was made of one of v2, as the server has no other. */
  record Converted(OpenApi.Compressed document) implements Content {
    @Override
    public long bytes() {
      return ENTRY + document.gzip().length;
    }
  }

  /** Of the OpenAPI v2 document. */
  record Spec(ExtensionSpec spec) implements Content {
    @Override
    public long bytes() {
      return spec.bytes();
    }
  }
}
