package dev.rheo.cache;

import java.io.IOException;

/**
 * Bounds the memory in which a form is made. A form may be much larger than its object, and the
 * data decoded on the way larger still.
 */
@FunctionalInterface
public interface FormBounds {

  /** No bound but the number of makers, each of which handles one object at a time. */
  FormBounds NONE = Making::make;

  /** Makes one form. */
  interface Making {
    FormKind.Made make() throws IOException;
  }

  /**
   * Makes the form within the bounds, for instance within a meter. Called by several threads, which
   * may wait.
   *
   * @throws IOException or any other exception if it cannot be made
   */
  FormKind.Made within(Making making) throws IOException;
}
