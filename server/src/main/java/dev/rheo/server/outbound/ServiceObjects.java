package dev.rheo.server.outbound;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the objects that tell where a Service is. Thread-safe. */
public interface ServiceObjects {

  /** The Service, or null if there is none. */
  @Nullable ObjectNode service(String namespace, String name);

  /** Its EndpointSlices. */
  List<ObjectNode> slices(String namespace, String name);
}
