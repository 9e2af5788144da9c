/** Element Plus's message box with its styles, in a chunk of its own. */
import 'element-plus/es/components/message-box/style/css';

export { ElMessageBox } from 'element-plus';
