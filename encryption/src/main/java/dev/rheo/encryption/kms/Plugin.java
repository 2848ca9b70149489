package dev.rheo.encryption.kms;

import dev.rheo.encryption.kms.KmsMessages.Encrypted;
import dev.rheo.encryption.kms.KmsMessages.PluginStatus;
import dev.rheo.encryption.value.TransformException;

/** A key management service. Thread-safe; calls block for as long as the provider's timeout. */
interface Plugin extends AutoCloseable {
  PluginStatus status() throws TransformException;

  /** Encrypts a seed with the present key. */
  Encrypted encrypt(byte[] seed) throws TransformException;

  /** The seed in an object. */
  byte[] decrypt(EncryptedObject object) throws TransformException;

  @Override
  void close();
}
