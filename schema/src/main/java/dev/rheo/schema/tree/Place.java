package dev.rheo.schema.tree;

import java.util.Arrays;

/**
 * Where a walk over an object is. The text is put together when it is asked for, so a walk that
 * finds nothing allocates next to nothing. Not thread-safe.
 */
public final class Place {
  /** Longer paths are cut: no message shows as much. */
  private static final int MAX_LENGTH = 2048;

  private static final int INITIAL_DEPTH = 16;

  private enum Step {
    FIELD,
    PROPERTY,
    MEMBER,
    KEY,
    INDEX
  }

  private final String base;
  private Step[] steps = new Step[INITIAL_DEPTH];
  private Object[] names = new Object[INITIAL_DEPTH];
  private int depth;

  /** A walk over a whole object. */
  public Place() {
    this("");
  }

  /**
   * A walk over a part of an object.
   *
   * @param base the path of the part; empty for a whole object
   */
  public Place(String base) {
    this.base = base;
  }

  /** Enters a field: {@code .name}, without the dot at the beginning of a path. */
  public void field(String name) {
    push(Step.FIELD, name);
  }

  /** As {@link #field}, but also without the dot after a field whose name is empty. */
  public void property(String name) {
    push(Step.PROPERTY, name);
  }

  /** Enters a member that no field declares: {@code .name}, at the beginning, too. */
  public void member(String name) {
    push(Step.MEMBER, name);
  }

  /** Enters the value of a key: {@code [name]}. */
  public void key(String name) {
    push(Step.KEY, name);
  }

  /** Enters an element: {@code [0]}. */
  public void index(int index) {
    push(Step.INDEX, index);
  }

  /** Leaves what was entered last. */
  public void leave() {
    names[--depth] = "";
  }

  /** Whether nothing was entered. */
  public boolean isStart() {
    return depth == 0;
  }

  /** The path; that of the part at its beginning. */
  public String text() {
    StringBuilder out = new StringBuilder(base);
    for (int i = 0; i < depth && out.length() < MAX_LENGTH; i++) {
      switch (steps[i]) {
        case FIELD -> append(i == 0 && base.isEmpty() ? out : out.append('.'), names[i]);
        case PROPERTY -> append(out.isEmpty() ? out : out.append('.'), names[i]);
        case MEMBER -> append(out.append('.'), names[i]);
        case KEY, INDEX -> append(out.append('['), names[i]).append(']');
      }
    }
    return out.toString();
  }

  /** The path of a field of what is here. */
  public String text(String name) {
    field(name);
    String text = text();
    leave();
    return text;
  }

  /** The path of an element of what is here. */
  public String text(int index) {
    index(index);
    String text = text();
    leave();
    return text;
  }

  private static StringBuilder append(StringBuilder out, Object step) {
    String name = step.toString();
    return out.append(name, 0, Math.min(name.length(), MAX_LENGTH));
  }

  private void push(Step step, Object name) {
    if (depth == steps.length) {
      steps = Arrays.copyOf(steps, depth * 2);
      names = Arrays.copyOf(names, depth * 2);
    }
    steps[depth] = step;
    names[depth++] = name;
  }
}
