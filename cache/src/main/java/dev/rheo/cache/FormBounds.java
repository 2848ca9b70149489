package dev.rheo.cache;

import java.io.IOException;

/**
 * Bounds the memory in which forms are made. A form may be much larger than its object, and the
 * data decoded on the way larger still.
 */
@FunctionalInterface
public interface FormBounds {

  /** No bound but the number of makers. */
  FormBounds NONE = (kind, making) -> making.make();

  /** Makes a form, or several at once. */
  interface Making {
    void make() throws IOException;
  }

  /**
   * Makes forms within the bounds, for instance within a meter. Called by several threads, which
   * may wait.
   *
   * @param kind of the forms; what those of a {@linkplain FormKind#lane lane} hold may be held for
   *     as long as somebody outside takes to answer
   * @throws IOException or any other exception if they cannot be made
   */
  void within(FormKind kind, Making making) throws IOException;
}
