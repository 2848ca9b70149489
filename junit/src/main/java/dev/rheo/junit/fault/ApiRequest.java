package dev.rheo.junit.fault;

import dev.rheo.edge.HttpRequest;
import dev.rheo.server.request.info.RequestInfo;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A request, as those see it who decide whether it meets a fault. Immutable. */
public final class ApiRequest {
  private final HttpRequest request;
  private final RequestInfo info;

  ApiRequest(HttpRequest request) {
    this.request = request;
    this.info = RequestInfo.of(request);
  }

  HttpRequest http() {
    return request;
  }

  /**
   * What is asked for: {@code get}, {@code list}, {@code watch}, {@code create}, {@code update},
   * {@code patch}, {@code delete} or {@code deletecollection}; outside the API the method in lower
   * case.
   */
  public String verb() {
    return info.verb();
  }

  /** The plural of the resource, {@code configmaps}; empty outside the API. */
  public String resource() {
    return info.resource();
  }

  /** The group of the resource; empty for the core group. */
  public String group() {
    return info.group();
  }

  /** The namespace; empty if the request names none. */
  public String namespace() {
    return Objects.requireNonNullElse(info.namespace(), "");
  }

  /** The name of the object; empty for a collection. */
  public String name() {
    return Objects.requireNonNullElse(info.name(), "");
  }

  /** {@code status}, {@code scale} and so on; empty for the object itself. */
  public String subresource() {
    return Objects.requireNonNullElse(info.subresource(), "");
  }

  /** The path as sent, without the query. */
  public String path() {
    return request.rawPath();
  }

  /** The first value of a parameter of the query, or null. */
  public @Nullable String parameter(String name) {
    return request.queryParameter(name);
  }

  /** The first value of a header field, or null. */
  public @Nullable String header(String name) {
    return request.header(name);
  }

  public boolean isGet() {
    return info.isResource() && verb().equals("get");
  }

  public boolean isList() {
    return info.isResource() && verb().equals("list");
  }

  /** Whether it is a watch, with or without initial events. */
  public boolean isWatch() {
    return info.isResource() && verb().equals("watch");
  }

  /** Whether it is a watch that asks for initial events and their end (KEP-3157). */
  public boolean isWatchList() {
    return isWatch() && "true".equals(parameter("sendInitialEvents"));
  }

  public boolean isCreate() {
    return info.isResource() && verb().equals("create");
  }

  /** Whether it changes an object that exists, by PUT or PATCH. */
  public boolean isUpdate() {
    return info.isResource() && (verb().equals("update") || verb().equals("patch"));
  }

  /** Whether it deletes an object or a collection. */
  public boolean isDelete() {
    return info.isResource() && verb().startsWith("delete");
  }

  /**
   * Whether it is of a resource.
   *
   * @param wanted the plural, or {@code PLURAL.GROUP} as kubectl takes it, or {@code *} for any
   */
  public boolean isOf(String wanted) {
    if (!info.isResource()) {
      return false;
    }
    return wanted.equals("*")
        || wanted.equals(resource())
        || (!group().isEmpty() && wanted.equals(resource() + "." + group()));
  }

  /** Method, path and query. */
  @Override
  public String toString() {
    return request.method() + " " + request.target();
  }
}
