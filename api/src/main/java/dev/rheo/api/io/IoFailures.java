package dev.rheo.api.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/**
 * Tells failures of input and output in words. An exception of the JDK often says the reason with
 * its class only: the message of {@link AccessDeniedException} is the file's name and nothing else.
 */
public final class IoFailures {
  private IoFailures() {}

  /** The file, if the exception names one, and the reason, without class names. */
  public static String tell(IOException e) {
    if (e instanceof FileSystemException failed) {
      String file = failed.getFile();
      return file == null ? reason(e) : file + ": " + reason(e);
    }
    return reason(e);
  }

  /** The reason alone, for a message that names the file itself. */
  public static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file or directory";
      case NotDirectoryException _ -> "not a directory";
      case FileAlreadyExistsException _ -> "a file of that name exists already";
      case DirectoryNotEmptyException _ -> "the directory is not empty";
      case FileSystemLoopException _ -> "a loop of symbolic links";
      case FileSystemException failed -> orUnknown(failed.getReason());
      case ClosedChannelException _ -> "it was closed";
      case CharacterCodingException _ -> "it is not UTF-8 text";
      case EOFException _ -> e.getMessage() == null ? "it ends too early" : e.getMessage();
      default -> orUnknown(e.getMessage());
    };
  }

  private static String orUnknown(@Nullable String message) {
    return message == null || message.isBlank() ? "the system gives no reason" : message.strip();
  }
}
