package dev.rheo.cache;

import java.io.IOException;

/**
 * What bounds the memory in which a form is made. A form may be much larger than the object that it
 * is made of, and what is decoded on the way larger still.
 */
@FunctionalInterface
public interface FormBounds {

  /** Nothing but the number of makers, each with one object. */
  FormBounds NONE = Making::make;

  /** The making of one form. */
  interface Making {
    FormKind.Made make() throws IOException;
  }

  /**
   * Makes the form, within a meter for instance. Called by several threads, which may wait.
   *
   * @throws IOException or any other exception if it cannot be made
   */
  FormKind.Made within(Making making) throws IOException;
}
