package dev.rheo.junit;

import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A value of a store of JUnit's that is closed with the store. JUnit knows it by the one interface
 * until 5.12, and by the other from 5.13 on.
 */
@SuppressWarnings("deprecation")
interface StoredResource extends ExtensionContext.Store.CloseableResource, AutoCloseable {
  @Override
  void close();
}
