package dev.rheo.simulation;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Loads the classes of a package anew, with {@link Points} in them: statics begin afresh, so that
 * one run leaves nothing to the next. All other classes are the application's.
 */
public final class PointLoader extends ClassLoader {
  /** Rewritten classes without mutations, which are the same for every loader. */
  private static final Map<String, byte[]> REWRITTEN = new ConcurrentHashMap<>();

  private final String prefix;
  private final Points points;
  private final List<Mutation> mutations;

  /**
   * @param sharingArrays simple names of the classes with arrays that threads share
   */
  public PointLoader(String packageName, Set<String> sharingArrays, List<Mutation> mutations) {
    super(PointLoader.class.getClassLoader());
    this.prefix = packageName + ".";
    this.points = new Points(getParent(), prefix.replace('.', '/'), sharingArrays);
    this.mutations = List.copyOf(mutations);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(prefix) || name.indexOf('.', prefix.length()) >= 0) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        byte[] bytes = rewritten(name);
        loaded = defineClass(name, bytes, 0, bytes.length);
      }
      return loaded;
    }
  }

  private byte[] rewritten(String name) throws ClassNotFoundException {
    String internalName = name.replace('.', '/');
    if (getParent().getResource(internalName + ".class") == null) {
      throw new ClassNotFoundException(name);
    }
    String simpleName = name.substring(prefix.length());
    if (mutations.stream().anyMatch(mutation -> mutation.type().equals(simpleName))) {
      return points.into(internalName, mutations);
    }
    return REWRITTEN.computeIfAbsent(name, _ -> points.into(internalName, List.of()));
  }
}
