package dev.rheo.cel.eval;

import dev.rheo.api.name.Names;
import java.util.Map;

/**
 * How expressions ask whether a user may do something: {@code
 * authorizer.group('apps').resource('deployments').check('create').allowed()}.
 */
public final class Authorization {
  private Authorization() {}

  /** Who answers. */
  @FunctionalInterface
  public interface Authority {
    Decision decide(Question question);
  }

  /**
   * What is asked.
   *
   * @param account {@code namespace:name} of a service account; empty for the user of the request
   * @param path of what is no resource; else empty
   */
  public record Question(
      String account,
      String path,
      String group,
      String resource,
      String subresource,
      String namespace,
      String name,
      String fieldSelector,
      String labelSelector,
      String verb) {}

  /**
   * An answer.
   *
   * @param error why there is none; empty if there is one
   */
  public record Decision(boolean allowed, String reason, String error) implements Values.Typed {
    @Override
    public String typeName() {
      return "kubernetes.authorization.Decision";
    }
  }

  /** The value of {@code authorizer}. */
  public record Authorizer(Authority authority, String account) implements Values.Typed {
    @Override
    public String typeName() {
      return "kubernetes.authorization.Authorizer";
    }
  }

  private record PathCheck(Authorizer authorizer, String path) implements Values.Typed {
    @Override
    public String typeName() {
      return "kubernetes.authorization.PathCheck";
    }
  }

  private record GroupCheck(Authorizer authorizer, String group) implements Values.Typed {
    @Override
    public String typeName() {
      return "kubernetes.authorization.GroupCheck";
    }
  }

  /** The value of {@code authorizer.requestResource}, and what others are built from. */
  public record ResourceCheck(Authority authority, Question question) implements Values.Typed {
    @Override
    public String typeName() {
      return "kubernetes.authorization.ResourceCheck";
    }
  }

  static void register(Map<String, Implementation> functions) {
    functions.put("path", args -> path(as(Authorizer.class, args), text(args)));
    functions.put("group", args -> new GroupCheck(as(Authorizer.class, args), text(args)));
    functions.put("serviceAccount", Authorization::serviceAccount);
    functions.put("resource", args -> resource(as(GroupCheck.class, args), text(args)));
    functions.put("check", Authorization::check);
    functions.put("allowed", args -> as(Decision.class, args).allowed());
    functions.put("reason", args -> as(Decision.class, args).reason());
    functions.put("error", args -> as(Decision.class, args).error());
    functions.put("errored", args -> !as(Decision.class, args).error().isEmpty());
    for (String part :
        new String[] {"subresource", "namespace", "name", "fieldSelector", "labelSelector"}) {
      functions.put(part, args -> with(as(ResourceCheck.class, args), part, text(args)));
    }
  }

  private static <T> T as(Class<T> type, Object[] args) throws EvaluationException {
    if (type.isInstance(args[0])) {
      return type.cast(args[0]);
    }
    throw Implementation.noOverload();
  }

  private static String text(Object[] args) throws EvaluationException {
    return Texts.text(args[1]);
  }

  private static Object path(Authorizer authorizer, String path) throws EvaluationException {
    if (path.isBlank()) {
      throw new EvaluationException("path must not be empty");
    }
    return new PathCheck(authorizer, path);
  }

  private static Object serviceAccount(Object[] args) throws EvaluationException {
    Authorizer authorizer = as(Authorizer.class, args);
    String namespace = text(args);
    String name = Texts.text(args[2]);
    if (!Names.dnsSubdomain(name).isEmpty()) {
      throw new EvaluationException("Invalid service account name");
    }
    if (!Names.dnsLabel(namespace).isEmpty()) {
      throw new EvaluationException("Invalid service account namespace");
    }
    return new Authorizer(authorizer.authority, namespace + ":" + name);
  }

  private static Object resource(GroupCheck group, String resource) throws EvaluationException {
    if (resource.isBlank()) {
      throw new EvaluationException("resource must not be empty");
    }
    Authorizer authorizer = group.authorizer;
    return new ResourceCheck(
        authorizer.authority,
        new Question(authorizer.account, "", group.group, resource, "", "", "", "", "", ""));
  }

  private static Object with(ResourceCheck check, String part, String value) {
    Question q = check.question;
    return new ResourceCheck(
        check.authority,
        new Question(
            q.account,
            q.path,
            q.group,
            q.resource,
            part.equals("subresource") ? value : q.subresource,
            part.equals("namespace") ? value : q.namespace,
            part.equals("name") ? value : q.name,
            part.equals("fieldSelector") ? value : q.fieldSelector,
            part.equals("labelSelector") ? value : q.labelSelector,
            q.verb));
  }

  private static Object check(Object[] args) throws EvaluationException {
    String verb = text(args);
    if (args[0] instanceof PathCheck check) {
      return check.authorizer.authority.decide(
          new Question(check.authorizer.account, check.path, "", "", "", "", "", "", "", verb));
    }
    ResourceCheck check = as(ResourceCheck.class, args);
    Question q = check.question;
    return check.authority.decide(
        new Question(
            q.account,
            q.path,
            q.group,
            q.resource,
            q.subresource,
            q.namespace,
            q.name,
            q.fieldSelector,
            q.labelSelector,
            verb));
  }
}
