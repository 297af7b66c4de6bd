declare const CHAT_FILE: string;

declare module "labels" {
  const labels: Record<string, Record<string, string>>;
  export default labels;
}

declare module "labels/launcher" {
  const labels: Record<string, Record<string, string>>;
  export default labels;
}

declare module "*.css" {
  const text: string;
  export default text;
}
