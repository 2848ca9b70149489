package dev.rheo.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites classes so that a {@link Scheduler} may switch before each access to memory that threads
 * share: a volatile field, an atomic or a concurrent collection, and the elements of those arrays
 * that are shared. It does not switch while a monitor is held, since it does not know monitors.
 */
final class Points {
  private static final ClassDesc SCHEDULER = Scheduler.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc WHERE =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String);
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(ConstantDescs.CD_void);

  private static final Set<String> CONCURRENT =
      Set.of(
          "java/lang/invoke/VarHandle",
          "java/util/concurrent/ConcurrentHashMap",
          "java/util/concurrent/ConcurrentLinkedQueue");

  private final ClassLoader classes;
  private final String prefix;
  private final Set<String> sharingArrays;

  /** Whether a field, as {@code owner.name}, is volatile. */
  private final ConcurrentHashMap<String, Boolean> known = new ConcurrentHashMap<>();

  /**
   * @param prefix of the internal names of the classes that are rewritten
   * @param sharingArrays simple names of the classes with arrays that threads share
   */
  Points(ClassLoader classes, String prefix, Set<String> sharingArrays) {
    this.classes = classes;
    this.prefix = prefix;
    this.sharingArrays = sharingArrays;
  }

  byte[] into(String internalName, List<Mutation> mutations) {
    String simpleName = internalName.substring(prefix.length());
    ClassFile file =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(classes)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    return file.transformClass(
        parsed(internalName),
        (builder, element) -> {
          if (!(element instanceof MethodModel method) || method.code().isEmpty()) {
            builder.with(element);
            return;
          }
          for (Mutation mutation : mutations) {
            if (mutation.concerns(simpleName, method)) {
              builder.withMethodBody(
                  method.methodName(),
                  method.methodType(),
                  method.flags().flagsMask(),
                  code -> mutation.body(method, code));
              return;
            }
          }
          boolean plain =
              method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME)
                  || method.flags().has(AccessFlag.SYNCHRONIZED);
          if (plain) {
            builder.with(method);
          } else {
            builder.transformMethod(
                method,
                MethodTransform.transformingCode((code, e) -> rewrite(simpleName, code, e)));
          }
        });
  }

  private void rewrite(String simpleName, CodeBuilder code, CodeElement element) {
    switch (element) {
      case MonitorInstruction monitor when monitor.opcode() == Opcode.MONITORENTER -> {
        code.with(element);
        code.invokestatic(SCHEDULER, "shield", NOTHING);
      }
      case MonitorInstruction _ -> {
        code.invokestatic(SCHEDULER, "unshield", NOTHING);
        code.with(element);
      }
      case FieldInstruction field when isVolatile(field) ->
          point(code, element, simpleName + "." + field.name().stringValue());
      case InvokeInstruction call when isConcurrent(call) -> {
        String name = call.name().stringValue();
        boolean calledBack = name.startsWith("compute");
        point(code, calledBack ? null : element, simpleName + "." + name);
        if (calledBack) {
          // The map holds a monitor while it calls back.
          code.invokestatic(SCHEDULER, "shield", NOTHING);
          code.with(element);
          code.invokestatic(SCHEDULER, "unshield", NOTHING);
        }
      }
      case ArrayLoadInstruction load
          when load.typeKind() == TypeKind.REFERENCE && sharesArrays(simpleName) ->
          point(code, element, simpleName + "[]");
      case ArrayStoreInstruction store
          when store.typeKind() == TypeKind.REFERENCE && sharesArrays(simpleName) ->
          point(code, element, simpleName + "[]=");
      default -> code.with(element);
    }
  }

  private static void point(CodeBuilder code, @Nullable CodeElement element, String where) {
    code.loadConstant(where).invokestatic(SCHEDULER, "access", WHERE);
    if (element != null) {
      code.with(element);
    }
  }

  private boolean sharesArrays(String simpleName) {
    int nested = simpleName.indexOf('$');
    return sharingArrays.contains(nested < 0 ? simpleName : simpleName.substring(0, nested));
  }

  private static boolean isConcurrent(InvokeInstruction call) {
    String owner = call.owner().asInternalName();
    return !call.name().equalsString(ConstantDescs.INIT_NAME)
        && (CONCURRENT.contains(owner) || owner.startsWith("java/util/concurrent/atomic/Atomic"));
  }

  private boolean isVolatile(FieldInstruction field) {
    return isVolatile(field.owner().asInternalName(), field.name().stringValue());
  }

  private boolean isVolatile(String owner, String name) {
    if (!owner.startsWith(prefix)) {
      return false;
    }
    String field = owner + "." + name;
    Boolean cached = known.get(field);
    if (cached == null) {
      cached = find(owner, name);
      known.put(field, cached);
    }
    return cached;
  }

  private boolean find(String owner, String name) {
    ClassModel model = parsed(owner);
    for (FieldModel field : model.fields()) {
      if (field.fieldName().equalsString(name)) {
        return field.flags().has(AccessFlag.VOLATILE);
      }
    }
    return model
        .superclass()
        .map(ClassEntry::asInternalName)
        .map(above -> isVolatile(above, name))
        .orElse(false);
  }

  private ClassModel parsed(String internalName) {
    try (InputStream in = classes.getResourceAsStream(internalName + ".class")) {
      if (in == null) {
        throw new IllegalArgumentException("no class " + internalName);
      }
      return ClassFile.of().parse(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
