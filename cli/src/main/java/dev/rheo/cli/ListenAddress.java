package dev.rheo.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The address to listen on: {@code 127.0.0.1:6443}, {@code localhost:0}, {@code [::1]:6443}.
 *
 * @param host without brackets
 */
record ListenAddress(String host, int port) {

  static final class Converter implements ITypeConverter<ListenAddress> {
    @Override
    public ListenAddress convert(String text) {
      int colon = text.lastIndexOf(':');
      String host = colon < 0 ? "" : text.substring(0, colon);
      String port = text.substring(colon + 1);
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      if (bracketed) {
        host = host.substring(1, host.length() - 1);
      }
      if (host.isEmpty()
          || host.contains("/")
          || (host.contains(":") && !bracketed)
          || !port.matches("[0-9]{1,5}")
          || Integer.parseInt(port) > 65535) {
        throw new TypeConversionException(
            "'%s' is not HOST:PORT such as 127.0.0.1:6443 (port 0 takes a free one)"
                .formatted(text));
      }
      return new ListenAddress(host, Integer.parseInt(port));
    }
  }
}
